import { attr, float32, int64, scalar, tensor } from "@vitrine/core";
import { bools, fixed, operatorCase, tied, uniform, wholes, type OperatorCase } from "./case.js";

const ints = (...values: number[]): ReturnType<typeof fixed> => fixed(int64(values));

export function shapingCases(): OperatorCase[] {
  const x = uniform([2, 3, 4], 1);
  const picture = uniform([1, 8, 2, 3], 1);
  return [
    operatorCase("Shape", "all of it", [x]),
    operatorCase("Shape", "a part", [uniform([2, 3, 4, 5], 1)], { start: attr.int(1), end: attr.int(-1) }),
    operatorCase("Size", "a tensor", [x]),
    operatorCase("Reshape", "zero and minus one", [x, ints(0, -1)]),
    operatorCase("Flatten", "axis 1", [x]),
    operatorCase("Flatten", "axis −1", [x], { axis: attr.int(-1) }),
    operatorCase("Flatten", "axis 0", [x], { axis: attr.int(0) }),
    operatorCase("Squeeze", "chosen axes", [uniform([1, 3, 1, 2], 1), ints(0, -2)]),
    operatorCase("Squeeze", "all ones", [uniform([1, 3, 1, 2], 1)]),
    operatorCase("Unsqueeze", "first and last", [x, ints(0, -1)]),
    operatorCase("Transpose", "given order", [x], { perm: attr.ints([2, 0, 1]) }),
    operatorCase("Transpose", "reversed", [x]),
    operatorCase("Concat", "three parts", [uniform([2, 3], 1), uniform([2, 1], 2), uniform([2, 2], 3)], { axis: attr.int(-1) }),
    operatorCase("Split", "given sizes", [uniform([2, 6], 1), ints(1, 2, 3)], { axis: attr.int(1) }, { outputs: 3 }),
    operatorCase("Split", "evenly, a smaller last", [uniform([7, 2], 1)], { num_outputs: attr.int(3) }, { outputs: 3 }),
    operatorCase("Slice", "two axes", [uniform([4, 5, 6], 1), ints(1, -4), ints(3, 99), ints(0, 2)]),
    operatorCase("Slice", "steps", [uniform([4, 9], 1), ints(1), ints(9), ints(1), ints(3)]),
    operatorCase("Slice", "backwards", [uniform([4, 9], 1), ints(-1), ints(-99), ints(1), ints(-2)]),
    operatorCase("Expand", "both ways", [uniform([3, 1], 1), ints(2, 1, 4)]),
    operatorCase("Tile", "two axes", [uniform([2, 3], 1), ints(2, 3)]),
    operatorCase("DepthToSpace", "DCR", [picture], { blocksize: attr.int(2) }),
    operatorCase("DepthToSpace", "CRD", [picture], { blocksize: attr.int(2), mode: attr.string("CRD") }),
    operatorCase("SpaceToDepth", "blocks of 2", [uniform([1, 2, 4, 6], 1)], { blocksize: attr.int(2) }),
    ...["constant", "reflect", "edge", "wrap"].map((mode) => operatorCase("Pad", mode, [uniform([2, 4, 5], 1), ints(0, 2, 1, 0, 1, 3)], { mode: attr.string(mode) })),
    operatorCase("Pad", "a value, one axis", [uniform([2, 4], 1), ints(1, 2), fixed(scalar(0.5)), ints(1)]),
    operatorCase("Pad", "negative", [uniform([4, 5], 1), ints(-1, 2, 1, -2)]),
    operatorCase("ConstantOfShape", "ones", [ints(2, 3)], { value: attr.tensor(float32([1], [1])) }),
    operatorCase("Range", "int64", [fixed(scalar(2, "int64")), fixed(scalar(11, "int64")), fixed(scalar(3, "int64"))]),
    operatorCase("Range", "downwards", [fixed(scalar(1)), fixed(scalar(-1)), fixed(scalar(-0.25))]),
    operatorCase("EyeLike", "a diagonal above", [uniform([3, 4], 1)], { k: attr.int(1) }),
    operatorCase("Trilu", "upper", [uniform([2, 3, 4], 1)]),
    operatorCase("Trilu", "lower, above the diagonal", [uniform([3, 4], 1), fixed(scalar(1, "int64"))], { upper: attr.int(0) }),
    operatorCase("OneHot", "negative indices", [wholes("int64", [2, 3], 1, -4, 4), fixed(scalar(4, "int64")), fixed(float32([2], [-1, 3]))]),
    operatorCase("OneHot", "axis 1", [wholes("int64", [2, 3], 1, 0, 4), fixed(scalar(4, "int64")), fixed(float32([2], [0, 1]))], { axis: attr.int(1) }),
    operatorCase("NonZero", "zeros and others", [tied([3, 4], 1)]),
  ];
}

export function gatheringCases(): OperatorCase[] {
  const x = uniform([4, 5, 3], 1);
  const distinct = tensor("int64", [2, 3], BigInt64Array.of(0n, 2n, -1n, 3n, 1n, -4n));
  const repeated = tensor("int64", [4, 1], BigInt64Array.of(1n, 1n, 0n, 1n));
  return [
    operatorCase("Gather", "axis 0", [x, wholes("int64", [2, 2], 1, -4, 4)]),
    operatorCase("Gather", "axis 1, a scalar", [x, fixed(scalar(2, "int64"))], { axis: attr.int(1) }),
    operatorCase("GatherElements", "axis 1", [uniform([3, 4], 1), wholes("int64", [3, 2], 2, -4, 4)], { axis: attr.int(1) }),
    operatorCase("GatherND", "pairs", [x, tensor("int64", [2, 2], BigInt64Array.of(0n, 4n, -1n, 2n))]),
    operatorCase("GatherND", "per batch", [uniform([2, 3, 4], 1), wholes("int64", [2, 2, 1], 1, 0, 3)], { batch_dims: attr.int(1) }),
    operatorCase("ScatterElements", "distinct places", [uniform([5, 3], 1), distinct, uniform([2, 3], 2)]),
    ...["add", "mul", "max", "min"].map((reduction) =>
      operatorCase("ScatterElements", `${reduction} where places repeat`, [uniform([3, 4], 1), wholes("int64", [3, 6], 2, 0, 4), uniform([3, 6], 3)], { axis: attr.int(1), reduction: attr.string(reduction) })),
    operatorCase("ScatterND", "rows", [uniform([4, 3], 1), tensor("int64", [2, 1], BigInt64Array.of(3n, 0n)), uniform([2, 3], 2)]),
    ...["add", "mul", "max", "min"].map((reduction) =>
      operatorCase("ScatterND", `${reduction} where places repeat`, [uniform([3, 2], 1), repeated, uniform([4, 2], 2)], { reduction: attr.string(reduction) })),
    operatorCase("Compress", "an axis", [x, fixed(bools([5], 4))], { axis: attr.int(1) }),
    operatorCase("ReverseSequence", "lengths of their own", [uniform([5, 3, 2], 1), fixed(int64([5, 2, 3]))], { time_axis: attr.int(0), batch_axis: attr.int(1) }),
  ];
}
