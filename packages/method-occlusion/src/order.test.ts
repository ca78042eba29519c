import { sizeOf, stridesOf } from "@vitrine/core";
import fc from "fast-check";
import { expect, it } from "vitest";
import { coarseToFine, nearestVisited } from "./order.js";

const grids = fc.array(fc.integer({ min: 1, max: 13 }), { minLength: 0, maxLength: 3 });

it("visits every position once", () => {
  fc.assert(
    fc.property(grids, (steps) => {
      expect([...coarseToFine(steps).order].sort((a, b) => a - b)).toEqual([...Array(sizeOf(steps)).keys()]);
    }),
  );
});

it("completes coarse grids first", () => {
  const { order, complete } = coarseToFine([5, 6]);
  const strides = stridesOf([5, 6]);
  expect(complete).toEqual([1, 4, 9, 30]);
  complete.forEach((count, level) => {
    const step = 2 ** (complete.length - 1 - level);
    for (const position of order.subarray(0, count)) for (const [axis, dim] of [5, 6].entries()) expect((Math.floor(position / strides[axis]!) % dim) % step).toBe(0);
  });
});

it("lets the nearest visited position stand for one that was not visited", () => {
  const { order, complete } = coarseToFine([9]);
  const visited = new Uint8Array(9);
  for (const position of order.subarray(0, complete.at(-3))) visited[position] = 1;
  expect([...nearestVisited([9], visited)]).toEqual([0, 0, 4, 4, 4, 4, 8, 8, 8]);
  visited[1] = 1;
  expect(nearestVisited([9], visited)[1]).toBe(1);
});

it("finds somebody to stand in as soon as the first position was visited", () => {
  fc.assert(
    fc.property(grids, fc.nat(), (steps, n) => {
      const { order } = coarseToFine(steps);
      const visited = new Uint8Array(order.length);
      for (const position of order.subarray(0, 1 + (n % order.length))) visited[position] = 1;
      const stands = nearestVisited(steps, visited);
      stands.forEach((from, position) => {
        expect(visited[from]).toBe(1);
        if (visited[position]) expect(from).toBe(position);
      });
    }),
  );
  expect([...nearestVisited([3], new Uint8Array(3))]).toEqual([-1, -1, -1]);
});
