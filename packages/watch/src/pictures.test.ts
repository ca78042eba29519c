import { expect, it } from "vitest";
import { Pictures } from "./pictures.js";

const kept = (pictures: Pictures, last: number): number[] => Array.from({ length: last + 1 }, (_, i) => i).filter((epoch) => pictures.of(epoch).maps);

it("are of those epochs that would be shown of all", () => {
  const pictures = new Pictures();
  pictures.plan(0, 12);
  expect(kept(pictures, 12)).toEqual([0, 2, 5, 7, 10, 12]);
  // A second training goes on from there.
  pictures.plan(12, 22);
  expect(kept(pictures, 22)).toEqual([0, 2, 5, 7, 10, 12, 14, 16, 18, 20, 22]);
});

it("lie ever farther apart where nobody knows when it ends", () => {
  const pictures = new Pictures();
  pictures.plan(0, undefined);
  expect(kept(pictures, 100)).toEqual([0, 1, 2, 4, 8, 16, 32, 64]);
});
