import { expect, it } from "vitest";
import { Budget } from "./budget.js";

it("earns a share of training's time, and training's clock stands while something is watched", async () => {
  let now = 0;
  const budget = new Budget(0.1, () => now);
  const spend = (milliseconds: number) => budget.spend(() => Promise.resolve(void (now += milliseconds)));
  await spend(30);
  expect([budget.training, budget.spent, budget.allowance]).toEqual([0, 30, -30]);
  budget.start();
  now += 1000;
  expect(await spend(20)).toMatchObject({ cost: 20 });
  expect([budget.training, budget.spent, budget.allowance]).toEqual([1000, 50, 50]);
  now += 500;
  budget.stop();
  now += 10_000;
  expect(budget.training).toBe(1500);
});

it("counts what failed, and forgets a training of which nobody knows when it ended", async () => {
  let now = 0;
  const budget = new Budget(0.5, () => now);
  budget.start();
  now += 100;
  await expect(budget.spend(() => ((now += 7), Promise.reject(new Error("no"))))).rejects.toThrow("no");
  expect([budget.training, budget.spent]).toEqual([100, 7]);
  now += 60_000;
  budget.start();
  now += 10;
  budget.stop();
  expect(budget.training).toBe(110);
});
