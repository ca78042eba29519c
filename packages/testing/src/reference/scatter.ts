import { intAttr, stringAttr, type Node } from "@vitrine/core";
import { held, write, type Element, type Elements, type Held } from "./held.js";
import { axisOf } from "./indexing.js";
import { elementOffsets, tupleOffsets } from "./gather.js";
import { input, type OperatorTable } from "./operator.js";

/** What happens where something is already: a number meets a number, a bigint a bigint. */
const reductions: Readonly<Record<string, (old: number, update: number) => number>> = {
  none: (_, update) => update,
  add: (old, update) => old + update,
  mul: (old, update) => old * update,
  max: (old, update) => (update > old ? update : old),
  min: (old, update) => (update < old ? update : old),
};

/** `updates` written into a copy of `x`, one after the other: where indices repeat, reductions gather and the last one wins otherwise. */
function scattered(node: Node, x: Held, updates: Held, at: readonly number[]): Held {
  const name = stringAttr(node, "reduction", "none");
  const reduce = Object.hasOwn(reductions, name) ? reductions[name] : undefined;
  if (!reduce) throw new TypeError(`\`${name}\` is no reduction`);
  if (updates.dtype !== x.dtype) throw new TypeError(`updates of ${updates.dtype} do not fit ${x.dtype}`);
  if (updates.data.length !== at.length) throw new RangeError(`${updates.data.length} updates do not fit ${at.length} places`);
  const data = x.data.slice() as Elements;
  at.forEach((offset, i) => write(data, offset, reduce(data[offset] as number, updates.data[i] as number) as Element));
  return held(x.dtype, x.shape, data);
}

export const scatterOperators: OperatorTable = {
  ScatterElements: (call) => {
    const [x, chosen, updates] = [input(call, 0), input(call, 1), input(call, 2)];
    const axis = axisOf(intAttr(call.node, "axis", 0), x.shape.length);
    return [scattered(call.node, x, updates, elementOffsets(chosen, x.shape, axis))];
  },
  ScatterND: (call) => {
    const [x, chosen, updates] = [input(call, 0), input(call, 1), input(call, 2)];
    const { starts, run } = tupleOffsets(chosen, x.shape);
    return [scattered(call.node, x, updates, starts.flatMap((start) => Array.from({ length: run }, (_, i) => start + i)))];
  },
};
