import type { NodeRule, NodeRules } from "./call.js";
import { scalarOf } from "./elementwise.js";
import { filled } from "./shaping.js";

/** A tensor full of one number, as large as the input. */
const like =
  (value: number): NodeRule =>
  (call) => {
    const { b } = call;
    const { value: input, shape, order } = call.input(0);
    return call.value(b.expand(scalarOf(call, value), b.shape(input)), shape, { order, elements: call.elements(0)?.map(() => value) });
  };

/** Numbers at equal distances, both ends among them; a single one is the first. */
const linSpace: NodeRule = (call) => {
  const { b } = call;
  const [first, last] = [call.plain(0), call.plain(1)];
  const count = call.known(2)?.[0];
  if (count !== undefined && count < 1) call.invalid(`it makes ${count} numbers`);
  const total = count === undefined ? b.cast(call.plain(2), "float32") : b.scalar(count);
  const steps = count === undefined ? b.max(b.sub(total, b.scalar(1)), b.scalar(1)) : b.scalar(Math.max(1, count - 1));
  const ramp = b.op("Range", [b.scalar(0), total, b.scalar(1)]);
  return call.value(b.add(first, b.mul(ramp, b.div(b.sub(last, first), steps))), [count ?? null]);
};

export const creationRules: NodeRules = {
  Zeros: (call) => filled(call, scalarOf(call, 0), 0), Ones: (call) => filled(call, scalarOf(call, 1), 0), ZerosLike: like(0), OnesLike: like(1), LinSpace: linSpace,
};
