import { float32, type Model, type Target } from "@vitrine/core";
import { expect, test } from "vitest";
import { fingerprintOf } from "./fingerprint.js";

const model = { runtime: { info: { id: "reference", provider: "cpu" } }, file: { sha256: () => Promise.resolve("abc") }, spec: { inputs: {}, outputs: [] } } as unknown as Model;
const of = (target: Target | undefined): Promise<string> => fingerprintOf({ version: "1", method: "deconv", model, params: {}, target });

test("what findings are made of holds the whole target, directions by their numbers", async () => {
  const along = (...numbers: number[]): Target => ({ kind: "direction", layer: "fc", direction: float32([numbers.length], numbers) });
  const sum = (target: Target): Target => ({ kind: "sum", terms: [{ weight: 1, target }] });
  const all = [undefined, { kind: "top" } as const, { kind: "class", index: 1 } as const, along(1, 2), along(1, 3), sum(along(1, 2)), sum(along(1, 3))];
  const keys = await Promise.all(all.map(of));
  expect(new Set(keys).size).toBe(all.length);
  expect(await of(along(1, 2))).toBe(keys[3]);
});
