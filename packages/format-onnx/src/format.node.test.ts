import { describeFormat } from "@vitrine/testing/vitest";
import { describe, expect, it } from "vitest";
import { onnxFormat, onnxPlugin } from "./index.js";
import { smallModels } from "../test/small-models.js";

// By their first bytes: these have no ending.
describeFormat(onnxFormat, smallModels());

describe("the format", () => {
  it("recognises a file by its ending, whatever it holds: to say what is wrong with it", () => {
    expect(onnxFormat.recognises("Model.ONNX", new Uint8Array())).toBe(true);
    expect(onnxFormat.recognises("model.bin", new Uint8Array())).toBe(false);
  });

  it("is what the plugin registers", () => {
    const formats: unknown[] = [];
    const nothing = (): void => undefined;
    onnxPlugin.register({ method: nothing, runtime: nothing, imageCodec: nothing, inputReader: nothing, logger: nothing, capability: nothing, format: (format) => void formats.push(format) });
    expect(formats).toEqual([onnxFormat]);
  });
});
