import fc from "fast-check";
import { describe } from "vitest";
import { attr, onnxTypeNumber, sizeOf, tensor, type DType, type Tensor } from "@vitrine/core";
import { dim, flag, holds, seed, shape } from "../../../test/property.js";
import { fixed, operatorCase, uniform, wholes } from "../../cases/case.js";

describe("element by element", () => {
  const broadcast = shape(1, 4, 4).chain((full) => fc.record({
    left: fc.tuple(...full.map((d) => fc.constantFrom(1, d))), right: fc.tuple(...full.map((d) => fc.constantFrom(1, d))), dropped: dim(0, full.length), seed,
  }));
  for (const op of ["Add", "Sub", "Mul", "Div", "Max", "Min", "Greater", "LessOrEqual"]) {
    holds(`${op} broadcasts`, broadcast.map(({ left, right, dropped, seed: s }) => operatorCase(op, "random", [uniform(left, s), uniform(right.slice(dropped), s + 1, 0.5, 2)])), { runs: 15 });
  }
  holds("integer Mod and Div", fc.record({ s: seed, c: flag, op: fc.constantFrom("Mod", "Div"), dtype: fc.constantFrom("int64" as const, "int32" as const) }).map(({ s, c, op, dtype }) =>
    operatorCase(op, "random", [wholes(dtype, [12], s, -20, 20), wholes(dtype, [12], s + 1, 1, 7)], op === "Mod" ? { fmod: attr.int(c) } : {})), { runs: 30 });

  const numeric: DType[] = ["float32", "float64", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "bool", "float16"];
  // onnxruntime-node has no bfloat16.
  holds("Cast between all types", fc.record({ s: seed, from: fc.constantFrom<DType>("float32", "int64", "int32", "bool", "uint8"), to: fc.constantFrom(...numeric) }).map(({ s, from, to }) => {
    // What C leaves undefined (negative floats as unsigned) is not asked for.
    const low = to.startsWith("u") ? 0 : -100;
    const values: Tensor = from === "float32" ? uniform([9], s, low, 100) : from === "int64" || from === "int32" ? wholes(from, [9], s, low, 100)
      : from === "bool" ? tensor("bool", [2], Uint8Array.of(0, 1)) : tensor("uint8", [3], Uint8Array.of(0, 7, 120));
    return operatorCase("Cast", "random", [values], { to: attr.int(onnxTypeNumber[to as "float32"]) });
  }), { runs: 120 });

  holds("quantisation there and back", fc.record({ s: seed, dims: shape(2, 3), perAxis: fc.boolean() }).chain(({ s, dims, perAxis }) => fc.constantFrom("QuantizeLinear", "DequantizeLinear").map((op) => {
    const count = perAxis ? [dims[1]!] : [];
    const scale = fixed(uniform(count, s, 0.01, 0.05));
    const zero = fixed(tensor("uint8", count, Uint8Array.from({ length: sizeOf(count) }, (_, i) => 120 + i)));
    const x: Tensor = op === "QuantizeLinear" ? uniform(dims, s + 1, -6, 6) : tensor("uint8", dims, Uint8Array.from(wholes("int32", dims, s, 0, 255).data));
    return operatorCase(op, "random", [x, scale, zero], { axis: attr.int(1) });
  })), { runs: 40 });
});
