import { expect, it } from "vitest";
import { nextStep, type Situation } from "./next-step.js";

const costs = { pictured: 30, plain: 10 };
const step = (given: Partial<Situation>): string => nextStep({ waiting: 3, full: false, pictured: true, whole: true, begun: true, allowance: 0, costs, ...given });

it("measures while there is time, and waits while there is memory", () => {
  expect(step({ allowance: 30 })).toBe("measure");
  expect(step({ allowance: 29 })).toBe("wait");
  expect(step({ allowance: 10, pictured: false })).toBe("measure");
  expect(step({ waiting: 0, allowance: 1000 })).toBe("wait");
});

it("gives up pictures before states, and of the very first neither", () => {
  expect(step({ full: true, allowance: 29 })).toBe("measure-plainly");
  expect(step({ full: true, allowance: 9 })).toBe("give-up");
  expect(step({ full: true, allowance: 29, begun: false })).toBe("give-up");
});

it("keeps the newest until it is known whether it is the last", () => {
  expect(step({ waiting: 1, pictured: false, whole: false, allowance: 1000 })).toBe("wait");
  expect(step({ waiting: 1, whole: false, allowance: 1000 })).toBe("wait");
  expect(step({ waiting: 1, allowance: 1000 })).toBe("measure");
});
