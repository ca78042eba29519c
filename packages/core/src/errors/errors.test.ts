import { describe, expect, it } from "vitest";
import { coreError, defineErrors, didYouMean, editDistance, isVitrineError, nearMisses, VitrineError } from "../index.js";

describe("errors", () => {
  it("carry code, fields, hint and cause", () => {
    const cause = new Error("deep");
    const error = coreError("layer-unknown", { layer: "layer2.0.conv", known: ["layer2.0.conv1", "fc"] }, cause);
    expect(error).toBeInstanceOf(VitrineError);
    expect(error.message).toContain("`layer2.0.conv`");
    expect(error.hint).toContain("Did you mean `layer2.0.conv1`?");
    expect(error.cause).toBe(cause);
    expect(isVitrineError(error, "layer-unknown")).toBe(true);
    expect(isVitrineError(error, "class-unknown")).toBe(false);
    expect(isVitrineError(cause)).toBe(false);
  });

  it("cut and clean what a model or a user says", () => {
    const { message } = coreError("layer-unknown", { layer: `\u001b[31m\u202e${"x".repeat(10_000)}`, known: [] });
    expect(message.length).toBeLessThan(250);
    expect(message).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  it("can be declared by any package", () => {
    const fail = defineErrors({ "window-zero": (f: { axis: number }) => ({ message: `Window of axis ${f.axis} is 0.`, kind: "unsupported" }) });
    expect(fail("window-zero", { axis: 2 })).toMatchObject({ code: "window-zero", kind: "unsupported", fields: { axis: 2 } });
  });
});

describe("near misses", () => {
  it("counts edits and neighbouring swaps", () => {
    expect(editDistance("kitten", "sitting")).toBe(3);
    expect(editDistance("ca", "ac")).toBe(1);
    expect(editDistance("", "abc")).toBe(3);
  });

  it("offers what is near, nearest first, and nothing else", () => {
    expect(nearMisses("oclusion", ["occlusion", "activation", "inclusion"])).toEqual(["occlusion", "inclusion"]);
    expect(didYouMean("zzz", ["occlusion"])).toBeUndefined();
    expect(didYouMean("conv1", ["layer1.conv1"])).toBe("Did you mean `layer1.conv1`?");
  });

  it("stays quick on names of any length", () => {
    expect(nearMisses("x".repeat(100_000), ["y".repeat(100_000)])).toEqual([]);
  });
});
