import { expect, it } from "vitest";
import { WaitingStates } from "./waiting.js";

const state = (epoch: number, bytes = 10) => ({ epoch, snapshot: { values: new Map(), bytes } });

it("gives up the states that are missed least, the first and the last never", () => {
  const waiting = new WaitingStates(40);
  const gone: number[] = [];
  for (let epoch = 0; epoch <= 32; epoch++) {
    waiting.add(state(epoch));
    while (waiting.isFull) gone.push(waiting.giveUp(undefined));
  }
  const left: number[] = [];
  for (let next = waiting.take(); next; next = waiting.take()) left.push(next.epoch);
  expect([left[0], left.at(-1), left.length, gone.length]).toEqual([0, 32, 4, 29]);
  expect(new Set([...left, ...gone]).size).toBe(33);
});

it("holds two whatever they take", () => {
  const waiting = new WaitingStates(1);
  waiting.add(state(0, 1000));
  waiting.add(state(1, 1000));
  expect(waiting.isFull).toBe(false);
  waiting.add(state(2, 1000));
  expect(waiting.isFull).toBe(true);
  expect(waiting.giveUp(undefined)).toBe(1);
});

it("weighs what was measured as a neighbour", () => {
  const waiting = new WaitingStates(1);
  for (const epoch of [5, 9, 10]) waiting.add(state(epoch));
  // Epoch 5 lies between 4 and 9, epoch 9 between 5 and 10.
  expect(waiting.giveUp(4)).toBe(5);
});
