import { intAttr, sizeOf, toFloat32 } from "@vitrine/core";
import { weightsError } from "./errors.js";
import type { ModelParameter } from "./parameters.js";

/**
 * Weights as filters: what each unit multiplies its input with. A dense layer is one with kernels of one element.
 * A view of the parameter's numbers: nothing is copied until a filter is read.
 */
export interface FilterBank {
  /** "forget, backward" where a parameter holds several; "" where it is the only one. */
  readonly block: string;
  readonly filters: number;
  /** Input channels of one filter (those of its group). */
  readonly slices: number;
  /** Sizes of the kernel: [] for a dense layer, [rows, columns], [time], [depth, rows, columns]. */
  readonly kernel: readonly number[];
  /** Filters of different groups see different inputs; filters / groups in each, in order. */
  readonly groups: number;
  readonly data: Float32Array;
  /** Where the first slice of a filter begins. */
  first(filter: number): number;
  /** From one slice of a filter to the next. */
  readonly sliceStride: number;
}

/** One filter as numbers [slices, ...kernel]. */
export function filterOf(bank: FilterBank, filter: number): Float32Array {
  const size = sizeOf(bank.kernel);
  const first = bank.first(filter);
  if (bank.sliceStride === size) return bank.data.subarray(first, first + size * bank.slices);
  const values = new Float32Array(size * bank.slices);
  for (let slice = 0; slice < bank.slices; slice++) {
    const from = first + slice * bank.sliceStride;
    for (let i = 0; i < size; i++) values[slice * size + i] = bank.data[from + i]!;
  }
  return values;
}

/** Gates in the order that ONNX writes them: i, o, f, c and z, r, h. */
const gates: Readonly<Record<string, readonly string[]>> = {
  LSTM: ["input gate", "output gate", "forget gate", "cell"],
  GRU: ["update gate", "reset gate", "hidden"],
  RNN: ["hidden"],
};

const directions = ["forward", "backward"];

/**
 * The filters of a parameter: one bank, or one for each gate and direction of a recurrent layer; none for vectors.
 * @throws `weights-shape`
 */
export function banksOf(parameter: ModelParameter): readonly FilterBank[] {
  const { role, node, tensor, op } = parameter;
  const { shape } = tensor;
  const data = toFloat32(tensor);
  const plain = { block: "", groups: 1, data };
  if (role === "table") return shape.length < 2 ? [] : [{ ...plain, filters: shape[0]!, slices: sizeOf(shape.slice(1)), kernel: [], first: (f) => f * sizeOf(shape.slice(1)), sliceStride: 1 }];
  if (role === "weight" && parameter.kind === "conv") return [{ ...plain, ...convolution(parameter) }];
  if (role === "weight" && parameter.kind === "dense") return shape.length < 2 ? [] : [{ ...plain, ...dense(parameter) }];
  if (role !== "weight" && role !== "recurrent-weight") return [];
  const names = gates[op]!;
  const [count, rows, slices] = shape as [number, number, number];
  const units = rows / names.length;
  if (shape.length !== 3 || !Number.isInteger(units)) throw weightsError("weights-shape", { value: parameter.name, op: node.op, shape, expected: `[directions, ${names.length} × units, inputs]` });
  return Array.from({ length: count }, (_, direction) =>
    names.map((gate, g): FilterBank => {
      const start = (direction * rows + g * units) * slices;
      const way = count > 1 ? directions[direction] : undefined;
      const block = [names.length > 1 ? gate : undefined, way].filter((part) => part !== undefined).join(", ");
      return { block, groups: 1, data, filters: units, slices, kernel: [], first: (f) => start + f * slices, sliceStride: 1 };
    })).flat();
}

type Layout = Pick<FilterBank, "groups" | "filters" | "slices" | "kernel" | "first" | "sliceStride">;

function convolution({ node, tensor: { shape }, name }: ModelParameter): Layout {
  if (shape.length < 3) throw weightsError("weights-shape", { value: name, op: node.op, shape, expected: "[filters, channels, kernel…]" });
  const kernel = shape.slice(2);
  const size = sizeOf(kernel);
  const groups = Math.max(1, intAttr(node, "group", 1));
  if (node.op !== "ConvTranspose") return { groups, filters: shape[0]!, slices: shape[1]!, kernel, first: (f) => f * shape[1]! * size, sliceStride: size };
  // [input channels, output channels of a group, kernel…]: an output channel's filter is spread over its group's input channels.
  const slices = shape[0]! / groups;
  const perGroup = shape[1]!;
  if (!Number.isInteger(slices)) throw weightsError("weights-shape", { value: name, op: node.op, shape, expected: `a number of channels that ${groups} groups divide` });
  return {
    groups, filters: perGroup * groups, slices, kernel, sliceStride: perGroup * size,
    first: (f) => (Math.floor(f / perGroup) * slices * perGroup + (f % perGroup)) * size,
  };
}

/** Rows that multiply from the left are filters as they stand; from the right each column is one. */
function dense({ node, input, tensor: { shape } }: ModelParameter): Layout {
  const [rows, columns] = shape.slice(-2) as [number, number];
  const stacked = sizeOf(shape.slice(0, -2));
  const fromLeft = input === 0;
  const turned = node.op === "Gemm" && intAttr(node, fromLeft ? "transA" : "transB", 0) === 1;
  if (fromLeft !== turned) return { groups: 1, filters: rows * stacked, slices: columns, kernel: [], first: (f) => f * columns, sliceStride: 1 };
  return { groups: 1, filters: columns * stacked, slices: rows, kernel: [], first: (f) => Math.floor(f / columns) * rows * columns + (f % columns), sliceStride: columns };
}
