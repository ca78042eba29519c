import { describe, expect, it } from "vitest";
import { classIndex, parseTarget, showTarget, type Target } from "../index.js";

const forms: readonly (readonly [string, Target])[] = [
  ["top", { kind: "top" }],
  ["class:207", { kind: "class", index: 207 }],
  ['class:"golden retriever"', { kind: "class", label: "golden retriever" }],
  ["class:21@t=15", { kind: "class", index: 21, step: 15 }],
  ["unit:layer2.0.conv1[17]", { kind: "unit", layer: "layer2.0.conv1", unit: 17 }],
  ["unit:layer2.0.conv1[17]@3,4", { kind: "unit", layer: "layer2.0.conv1", unit: 17, position: [3, 4] }],
  ["channel-max:conv[0]", { kind: "channel-max", layer: "conv", unit: 0 }],
  ["class:207 - class:208", { kind: "sum", terms: [{ weight: 1, target: { kind: "class", index: 207 } }, { weight: -1, target: { kind: "class", index: 208 } }] }],
  ["unit:a - b[1]@2,3 - top", { kind: "sum", terms: [{ weight: 1, target: { kind: "unit", layer: "a - b", unit: 1, position: [2, 3] } }, { weight: -1, target: { kind: "top" } }] }],
  ["value:/a/b:0[:,4,-3,104]", { kind: "value", name: "/a/b:0", index: [null, 4, -3, 104] }],
];

describe("targets in words", () => {
  it.each(forms)("reads and writes %s", (text, target) => {
    expect(parseTarget(text)).toEqual(target);
    expect(parseTarget(showTarget(target))).toEqual(target);
  });

  it("takes a layer whose name has brackets and colons", () => {
    expect(parseTarget("unit:a[0]:b[2]")).toEqual({ kind: "unit", layer: "a[0]:b", unit: 2 });
  });

  it.each(["", "class:", "class:-1", "unit:conv", "unit:conv[x]", "unit:conv[1]@a,b", "channel-max:c[1]@2,3", "value:x[1.5]", "klass:3", "207", "class:1 - class:", "x - class:1"])("refuses `%s` with the forms", (text) => {
    expect(() => parseTarget(text)).toThrow(/cannot be read/);
  });

  it("finds classes by a whole label or one of its names", () => {
    const labels = ["tench, Tinca tinca", "goldfish", "crane", "crane, bird"];
    expect(classIndex(labels, "Tinca Tinca")).toBe(0);
    expect(classIndex(labels, "crane")).toBe(2);
    expect(classIndex(labels, "bird")).toBe(3);
    expect(() => classIndex(labels, "goldfsh")).toThrow(/goldfsh/);
    expect(() => classIndex([], "dog")).toThrow(/labels of this model are not known/);
    expect(() => classIndex(["a, x", "b, x"], "x")).toThrow(/several/);
  });
});
