import { describe, expect, it } from "vitest";
import { float32, int64, readTarget, type Target } from "../index.js";

describe("targets as plain data", () => {
  it.each<[unknown, Target]>([
    ["class:3", { kind: "class", index: 3 }],
    [{ kind: "top", step: -1 }, { kind: "top", step: -1 }],
    [{ kind: "class", label: "dog" }, { kind: "class", label: "dog" }],
    [{ kind: "unit", layer: "conv", unit: 2, position: [1, 2] }, { kind: "unit", layer: "conv", unit: 2, position: [1, 2] }],
    [{ kind: "channel-max", layer: "conv", unit: 2 }, { kind: "channel-max", layer: "conv", unit: 2 }],
    [{ kind: "value", name: "y", index: [null, -1] }, { kind: "value", name: "y", index: [null, -1] }],
    [{ kind: "direction", layer: "fc", direction: [1, -2] }, { kind: "direction", layer: "fc", direction: float32([2], [1, -2]) }],
    [{ kind: "direction", layer: "fc", direction: float32([1, 2], [1, -2]) }, { kind: "direction", layer: "fc", direction: float32([2], [1, -2]) }],
    [{ kind: "sum", terms: [{ target: "class:1" }, { weight: -0.5, target: { kind: "top" } }] }, { kind: "sum", terms: [{ weight: 1, target: { kind: "class", index: 1 } }, { weight: -0.5, target: { kind: "top" } }] }],
  ])("reads %j", (given, target) => {
    expect(readTarget(given)).toEqual(target);
  });

  const endless: { kind: string; terms: unknown[] } = { kind: "sum", terms: [] };
  endless.terms.push({ target: { ...endless, terms: [{ target: { kind: "sum", terms: [{ target: { kind: "sum", terms: [{ target: { kind: "sum", terms: [{ target: { kind: "sum", terms: [{ target: { kind: "sum", terms: [{ target: { kind: "sum", terms: [{ target: { kind: "sum", terms: [{ target: { kind: "sum", terms: [{ target: "top" }] } }] } }] } }] } }] } }] } }] } }] } }] } });

  it.each<[unknown, RegExp]>([
    [null, /neither a text nor an object/], [3, /neither/], [[], /neither/], [{}, /its kind is none of/], [{ kind: "function" }, /its kind is none of/],
    [{ kind: "class" }, /its index is no whole number/], [{ kind: "class", index: -1 }, /less than 0/], [{ kind: "class", index: 1.5 }, /no whole number/], [{ kind: "class", label: 3 }, /label is no text/],
    [{ kind: "unit", unit: 1 }, /layer is no text/], [{ kind: "unit", layer: "a", unit: 1, position: "1,2" }, /position is no list/], [{ kind: "unit", layer: "a", unit: 1, position: [-1] }, /whole numbers/],
    [{ kind: "direction", layer: "a" }, /direction is no list of numbers/], [{ kind: "direction", layer: "a", direction: [] }, /no list of numbers/], [{ kind: "direction", layer: "a", direction: [1, NaN] }, /NaN/],
    [{ kind: "direction", layer: "a", direction: int64([1]) }, /no list of numbers/],
    [{ kind: "value", name: "y", index: ["x"] }, /null for all/], [{ kind: "sum" }, /terms is no list/], [{ kind: "sum", terms: [] }, /no terms/], [{ kind: "sum", terms: [{ weight: "2", target: "top" }] }, /weight/],
    [{ kind: "sum", terms: [{ weight: 2 }] }, /no target/], [{ kind: "sum", terms: [null] }, /no target/], [endless, /without end/],
  ])("refuses what is none", (given, why) => {
    expect(() => readTarget(given)).toThrow(why);
  });
});
