import { stringAttr, stridesOf } from "@vitrine/core";
import { convert, integers, take, type Held } from "./held.js";
import { axisOf, positions } from "./indexing.js";
import { input, type Call, type OperatorTable } from "./operator.js";
import { sliced } from "./shape.js";

/** Where position `at`, counted from the first element and perhaps outside, is taken from; −1 is the fill. */
const sources: Readonly<Record<string, (at: number, dim: number) => number>> = {
  constant: (at, dim) => (at >= 0 && at < dim ? at : -1),
  edge: (at, dim) => Math.min(dim - 1, Math.max(0, at)),
  wrap: (at, dim) => ((at % dim) + dim) % dim,
  // The border itself is not repeated: … 2 1 | 0 1 2 … A mirror in front of a mirror folds again and again.
  reflect: (at, dim) => {
    const period = Math.max(1, 2 * (dim - 1));
    const folded = ((at % period) + period) % period;
    return Math.min(folded, period - folded) % dim;
  },
};

/** Negative padding crops. It comes first: what is mirrored or repeated is what is left. */
function pad(call: Call): Held {
  const given = input(call, 0);
  const rank = given.shape.length;
  const axes = (call.inputs[3] ? integers(call.inputs[3]) : given.shape.map((_, axis) => axis)).map((axis) => axisOf(axis, rank));
  const pads = integers(input(call, 1));
  if (pads.length !== 2 * axes.length) throw new RangeError(`${pads.length} pads do not fit ${axes.length} axes`);
  const [before, after] = [given.shape.map(() => 0), given.shape.map(() => 0)];
  axes.forEach((axis, i) => {
    before[axis] = pads[i]!;
    after[axis] = pads[i + axes.length]!;
  });
  const mode = stringAttr(call.node, "mode", "constant");
  const source = Object.hasOwn(sources, mode) ? sources[mode] : undefined;
  if (!source) throw new TypeError(`\`${mode}\` is no mode of padding`);
  const crop = (amount: number): number => Math.max(0, -amount);
  const x = sliced(given, before.map(crop), given.shape.map((dim, axis) => Math.max(0, dim - crop(before[axis]!) - crop(after[axis]!))));
  const shape = x.shape.map((dim, axis) => dim + Math.max(0, before[axis]!) + Math.max(0, after[axis]!));
  if (mode !== "constant" && x.data.length === 0 && shape.every((dim) => dim > 0)) throw new RangeError(`nothing is left that could be padded by \`${mode}\``);
  const strides = stridesOf(x.shape);
  const at: number[] = [];
  for (const position of positions(shape)) {
    let offset = 0;
    for (let axis = 0; axis < rank && offset >= 0; axis++) {
      const from = source(position[axis]! - Math.max(0, before[axis]!), x.shape[axis]!);
      offset = from < 0 ? -1 : offset + from * strides[axis]!;
    }
    at.push(offset);
  }
  return take(x, shape, at, call.inputs[2] ? convert(call.inputs[2].data[0]!, x.dtype) : undefined);
}

export const padOperators: OperatorTable = { Pad: (call) => [pad(call)] };
