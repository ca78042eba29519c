import { floatAttr, intAttr, stringAttr } from "@vitrine/core";
import { blank, held, numbers, write, type Held } from "./held.js";
import { axisOf, splitAt } from "./indexing.js";
import { input, type Call, type Operator, type OperatorTable } from "./operator.js";
import { combined } from "./binary.js";
import { erf, mapped } from "./unary.js";

/** A function of one element with the attributes `names`, whose defaults stand beside them. */
const activation = <K extends string>(defaults: Readonly<Record<K, number>>, compute: (x: number, a: Readonly<Record<K, number>>) => number): Operator => (call) => {
  const attributes = Object.fromEntries(Object.entries<number>(defaults).map(([name, value]) => [name, floatAttr(call.node, name, value)])) as Record<K, number>;
  return [mapped(input(call, 0), (x) => compute(x, attributes))];
};

const plain = (compute: (x: number) => number): Operator => activation({}, compute);

export const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
export const softplus = (x: number): number => (x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x)));
export const hardSigmoid = (x: number, alpha: number, beta: number): number => Math.max(0, Math.min(1, alpha * x + beta));

/** Each run along `axis` through a function of the whole run. */
function alongAxis(call: Call, compute: (run: Float64Array) => Float64Array): Held {
  const x = input(call, 0);
  const axis = axisOf(intAttr(call.node, "axis", -1), x.shape.length);
  const { outer, size, inner } = splitAt(x.shape, axis);
  const from = numbers(x);
  const to = new Float64Array(from.length);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const start = o * size * inner + i;
      const run = compute(Float64Array.from({ length: size }, (_, k) => from[start + k * inner]!));
      for (let k = 0; k < size; k++) to[start + k * inner] = run[k]!;
    }
  }
  return held(x.dtype, x.shape, to);
}

function softmax(run: Float64Array): Float64Array {
  const top = run.reduce((a, b) => Math.max(a, b), -Infinity);
  const powers = run.map((x) => Math.exp(x - top));
  const total = powers.reduce((a, b) => a + b, 0);
  return powers.map((x) => x / total);
}

function logSoftmax(run: Float64Array): Float64Array {
  const top = run.reduce((a, b) => Math.max(a, b), -Infinity);
  const logTotal = Math.log(run.reduce((sum, x) => sum + Math.exp(x - top), 0));
  return run.map((x) => x - top - logTotal);
}

function hardmax(run: Float64Array): Float64Array {
  const top = run.indexOf(run.reduce((a, b) => Math.max(a, b), -Infinity));
  return run.map((_, i) => (i === top ? 1 : 0));
}

/** min(max(x, low), high), in this order: where low > high the result is high everywhere. NaN stays. */
function clip(call: Call): Held {
  const x = input(call, 0);
  const low = call.inputs[1]?.data[0];
  const high = call.inputs[2]?.data[0];
  const data = blank(x.dtype, x.shape);
  for (let i = 0; i < data.length; i++) {
    let value = x.data[i]!;
    if (low !== undefined && value < low) value = low;
    if (high !== undefined && value > high) value = high;
    write(data, i, value);
  }
  return held(x.dtype, x.shape, data);
}

const selu = { alpha: 1.67326319217681884765625, gamma: 1.05070102214813232421875 };

export const activationOperators: OperatorTable = {
  Relu: (call) => [mapped(input(call, 0), (x) => (x < 0 ? 0 : x), (x) => (x < 0n ? 0n : x))],
  Sigmoid: plain(sigmoid),
  Softplus: plain(softplus),
  Softsign: plain((x) => x / (1 + Math.abs(x))),
  Mish: plain((x) => x * Math.tanh(softplus(x))),
  HardSwish: plain((x) => x * hardSigmoid(x, 1 / 6, 0.5)),
  HardSigmoid: activation({ alpha: 0.2, beta: 0.5 }, (x, { alpha, beta }) => hardSigmoid(x, alpha, beta)),
  LeakyRelu: activation({ alpha: 0.01 }, (x, { alpha }) => (x < 0 ? alpha * x : x)),
  ThresholdedRelu: activation({ alpha: 1 }, (x, { alpha }) => (x > alpha ? x : 0)),
  Elu: activation({ alpha: 1 }, (x, { alpha }) => (x < 0 ? alpha * Math.expm1(x) : x)),
  Celu: activation({ alpha: 1 }, (x, { alpha }) => Math.max(0, x) + Math.min(0, alpha * Math.expm1(x / alpha))),
  Selu: activation(selu, (x, { alpha, gamma }) => gamma * (x > 0 ? x : alpha * Math.expm1(x))),
  Shrink: activation({ lambd: 0.5, bias: 0 }, (x, { lambd, bias }) => (x < -lambd ? x + bias : x > lambd ? x - bias : 0)),
  Gelu: (call) => {
    const approximate = stringAttr(call.node, "approximate", "none") === "tanh";
    const cubic = (x: number): number => Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3));
    return [mapped(input(call, 0), (x) => 0.5 * x * (1 + (approximate ? cubic(x) : erf(x / Math.SQRT2))))];
  },
  // The slope broadcasts to the input, and not the other way round.
  PRelu: (call) => [combined(input(call, 0), input(call, 1), { real: (x, slope) => (x < 0 ? slope * x : x) })],
  Clip: (call) => [clip(call)],
  Softmax: (call) => [alongAxis(call, softmax)],
  LogSoftmax: (call) => [alongAxis(call, logSoftmax)],
  Hardmax: (call) => [alongAxis(call, hardmax)],
  Dropout: (call) => {
    const x = input(call, 0);
    const [ratio, training] = [call.inputs[1], call.inputs[2]];
    // In training with nothing dropped it still passes everything: so PyTorch exports a dropout of 0.
    const drops = training && Number(training.data[0]) !== 0 && Number(ratio?.data[0] ?? 0.5) !== 0;
    if (drops) throw new TypeError("training_mode is on, and this runtime only infers");
    return [x, held("bool", x.shape, new Float64Array(x.data.length).fill(1))];
  },
};
