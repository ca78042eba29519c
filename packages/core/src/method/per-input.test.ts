import { describe, expect, it } from "vitest";
import { float32, p, perInput, resolveParameters, valueFor, type ParameterHost, type PerInput } from "../index.js";

const host: ParameterHost = { tensor: (path) => Promise.resolve(float32([1], [path.length])), inputs: () => Promise.resolve([]), models: () => Promise.resolve([]) };
const shape = { window: perInput(p.numbers({ integer: true, description: "" })), baseline: perInput(p.fill({ description: "" })) };
const isNumbers = (value: PerInput<readonly number[]>): value is readonly number[] => Array.isArray(value);

describe("a parameter per input", () => {
  it("reads one value for all, or one for each", async () => {
    expect(await shape.window.parse(["3,16,16"], host)).toEqual([3, 16, 16]);
    expect(await shape.window.parse(["x1=3,16", "x2:0=4"], host)).toEqual({ x1: [3, 16], "x2:0": [4] });
    expect(await shape.baseline.parse(["x1=pixel:127.5", "x2=fill.npy"], host)).toEqual({ x1: { kind: "pixel", value: 127.5 }, x2: { kind: "tensor", tensor: float32([1], [8]) } });
  });

  it("refuses a mixture, and what the inner parameter refuses", async () => {
    const mixed = await shape.window.parse(["3", "x2=4"], host);
    expect(() => resolveParameters("m", shape, { window: mixed })).toThrow("`--window` of m was given as `3 x2=4`; it takes a list, each a whole number; or one for each input, by its name");
    expect(() => resolveParameters("m", shape, { window: { x1: [1.5] } })).toThrow("--window");
    expect(() => resolveParameters("m", shape, { window: {} })).toThrow("--window");
    expect(resolveParameters("m", shape, { window: { x1: [2] } }).window).toEqual({ x1: [2] });
    expect(resolveParameters("m", shape, {}).window).toBeUndefined();
  });

  it("is read for one input", () => {
    expect(valueFor<readonly number[]>([1, 2], "x", isNumbers)).toEqual([1, 2]);
    expect(valueFor<readonly number[]>({ x: [1] }, "x", isNumbers)).toEqual([1]);
    expect(valueFor<readonly number[]>({ x: [1] }, "toString", isNumbers)).toBeUndefined();
    expect(valueFor<readonly number[]>(undefined, "x", isNumbers)).toBeUndefined();
  });
});
