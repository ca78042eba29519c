import { expect, it } from "vitest";
import { countOf, modelName, orNull, percentOf, threeDigits } from "./words.js";

it("counts, shares and numbers in words", () => {
  expect([countOf(1, "unit"), countOf(1204, "unit"), countOf(2, "class", "classes")]).toEqual(["1 unit", "1,204 units", "2 classes"]);
  expect([0, 0.0004, 0.004, 0.784, 0.993, 0.9996, 1, NaN].map(percentOf)).toEqual(["0 %", "< 0.1 %", "0.4 %", "78 %", "99.3 %", "> 99.9 %", "100 %", "NaN"]);
  expect([1234.5, -0.00123, 0.00000167, 0, Infinity].map(threeDigits)).toEqual(["1230", "−0.00123", "1.67e−6", "0", "Infinity"]);
  expect([1, NaN, undefined].map(orNull)).toEqual([1, null, null]);
});

it("a model by its name alone", () => {
  expect(["models/squeezenet1.1.onnx", "C:\\nets\\model.json", ".onnx", "net"].map(modelName)).toEqual(["squeezenet1.1", "model", ".onnx", "net"]);
});
