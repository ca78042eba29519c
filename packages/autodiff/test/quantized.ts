import { attr, float32, GraphBuilder, readShapes, seededRandom, shapeGraph, sizeOf, tensor, type Attributes, type DType, type Graph, type Runtime, type Tensor } from "@vitrine/core";
import fc from "fast-check";
import { differentiate, valuesBetween } from "../src/index.js";
import { dim, dims, each, flag, seed } from "./drawing.js";

/** A quantised operator between numbers, and what it stands for: both make `y` of `x`, and of `d` where there is a second factor. */
export interface QuantizedCase {
  readonly quantised: Graph;
  readonly exact: Graph;
  readonly feeds: Readonly<Record<string, Tensor>>;
}

type Build = (b: GraphBuilder, x: string, d: string) => string;

/** Both graphs on the same inputs. */
function pair(feeds: Readonly<Record<string, Tensor>>, quantised: Build, exact: Build): QuantizedCase {
  const graph = (build: Build): Graph => {
    const b = new GraphBuilder();
    const [x = "", d = ""] = Object.entries(feeds).map(([name, value]) => b.input(name, "float32", value.shape));
    return b.build({ outputs: [b.node("Identity", [build(b, x, d)], {}, { outputs: ["y"] })[0]!] });
  };
  return { quantised: graph(quantised), exact: graph(exact), feeds };
}

/** What numbers of a whole type are quantised by: one scale and zero point, or one for each place along an axis. */
interface Grid {
  readonly dtype: "uint8" | "int8";
  readonly scales: readonly number[];
  readonly zeros: readonly number[];
}

const ends = { uint8: [0, 255], int8: [-128, 127] } as const;
const whole = (dtype: DType, shape: readonly number[], values: readonly number[]): Tensor => tensor(dtype, shape, dtype === "uint8" ? Uint8Array.from(values) : dtype === "int8" ? Int8Array.from(values) : Int32Array.from(values));

const grid = (count = 1, dtype?: "uint8" | "int8", symmetric = false): fc.Arbitrary<Grid> => fc.record({ dtype: dtype ? fc.constant(dtype) : fc.constantFrom("uint8", "int8"), scales: each(fc.integer({ min: 1, max: 40 }), count), zeros: each(fc.integer({ min: -20, max: 20 }), count) })
  .map(({ dtype: type, scales, zeros }) => ({ dtype: type, scales: scales.map((s) => s / 256), zeros: zeros.map((z) => (symmetric ? 0 : z + (type === "uint8" ? 128 : 0))) }));

/** Whole numbers around the zero point, far from the ends, with what they stand for; places along `axis` have their own scale. */
function onGrid(shape: readonly number[], { scales, zeros }: Grid, axis: number, s: number, reach = 60): { readonly levels: number[]; readonly values: Tensor<"float32"> } {
  const random = seededRandom(s);
  const inner = sizeOf(shape.slice(axis + 1));
  const at = (flat: number): number => (scales.length === 1 ? 0 : Math.floor(flat / inner) % shape[axis]!);
  const offsets = Array.from({ length: sizeOf(shape) }, () => random.below(2 * reach + 1) - reach);
  return { levels: offsets.map((offset, flat) => offset + zeros[at(flat)]!), values: float32(shape, offsets.map((offset, flat) => offset * scales[at(flat)]!)) };
}

const scaleOf = (b: GraphBuilder, { scales }: Grid): string => b.constant(float32(scales.length === 1 ? [] : [scales.length], scales));
const zeroOf = (b: GraphBuilder, { dtype, zeros }: Grid): string => b.constant(whole(dtype, zeros.length === 1 ? [] : [zeros.length], zeros));
const quantize = (b: GraphBuilder, x: string, by: Grid): string => b.op("QuantizeLinear", [x, scaleOf(b, by), zeroOf(b, by)]);
const dequantize = (b: GraphBuilder, q: string, by: Grid): string => b.op("DequantizeLinear", [q, scaleOf(b, by), zeroOf(b, by)]);

/** There and back along an axis: what is beyond the ends passes nothing. */
const around = dims(1, 4).chain((shape) => fc.record({ s: seed, axis: dim(0, shape.length - 1), perAxis: fc.boolean() }).chain(({ s, axis, perAxis }) =>
  grid(perAxis ? shape[axis]! : 1).map((by) => {
    const { levels, values } = onGrid(shape, by, axis, s, 200);
    const [low, high] = ends[by.dtype];
    const mask = float32(shape, levels.map((level) => (level >= low && level <= high ? 1 : 0)));
    const at: Attributes = { axis: attr.int(axis) };
    return pair({ x: values }, (b, x) => b.op("DequantizeLinear", [b.op("QuantizeLinear", [x, scaleOf(b, by), zeroOf(b, by)], at), scaleOf(b, by), zeroOf(b, by)], at), (b, x) => b.mul(x, b.constant(mask)));
  })));

const dynamic = fc.record({ s: seed, shape: dims(1, 4) }).map(({ s, shape }) => pair(
  { x: onGrid(shape, { dtype: "uint8", scales: [0.1], zeros: [0] }, 0, s).values },
  (b, x) => b.op("DequantizeLinear", b.node("DynamicQuantizeLinear", [x], {}, { outputs: ["q", "scale", "zero"] })),
  (b, x) => b.identity(x),
));

/** Wide enough that no result is at its ends. */
const wide: Grid = { dtype: "uint8", scales: [64], zeros: [128] };

const convolution = fc.integer({ min: 1, max: 2 }).chain((rank) => fc.record({
  s: seed, rank: fc.constant(rank), kernel: each(dim(1, 3), rank), strides: each(dim(1, 3), rank), dilations: each(dim(1, 2), rank), extra: each(dim(0, 4), rank), pads: each(dim(0, 2), 2 * rank),
  batch: dim(1, 2), group: dim(1, 2), inputs: dim(1, 2), outputs: dim(1, 2), perFilter: fc.boolean(), by: grid(), filters: grid(4, "int8", true), integer: fc.boolean(),
})).map(({ s, kernel, strides, dilations, extra, pads, batch, group, inputs, outputs, perFilter, by, filters, integer }) => {
  const size = kernel.map((k, i) => (k - 1) * dilations[i]! + 1 + extra[i]!);
  const attributes: Attributes = { kernel_shape: attr.ints(kernel), strides: attr.ints(strides), dilations: attr.ints(dilations), group: attr.int(group), pads: attr.ints(pads.map((pad, i) => Math.min(pad, kernel[i % kernel.length]! - 1))) };
  const one = perFilter && !integer ? group * outputs : 1;
  const input: Grid = { ...by, dtype: "uint8", zeros: [128] };
  const weights: Grid = { ...filters, scales: filters.scales.slice(0, one), zeros: filters.zeros.slice(0, one) };
  const shape = [group * outputs, inputs, ...kernel];
  const drawn = onGrid(shape, weights, 0, s + 1);
  const q = (b: GraphBuilder): string => b.constant(whole("int8", shape, drawn.levels));
  const x = onGrid([batch, group * inputs, ...size], input, 1, s).values;
  const exact: Build = (b, value) => b.op("Conv", [value, b.constant(drawn.values)], attributes);
  if (integer) {
    return pair({ x }, (b, value) => {
      const sums = b.op("ConvInteger", [quantize(b, value, input), q(b), zeroOf(b, input)], attributes);
      return b.mul(b.cast(sums, "float32"), b.scalar(input.scales[0]! * weights.scales[0]!));
    }, exact);
  }
  return pair({ x }, (b, value) => dequantize(b, b.op("QLinearConv", [quantize(b, value, input), scaleOf(b, input), zeroOf(b, input), q(b), scaleOf(b, weights), zeroOf(b, weights), scaleOf(b, wide), zeroOf(b, wide)], attributes), wide), exact);
});

const product = fc.record({ s: seed, batch: dims(0, 2, 3), m: dim(), k: dim(), n: dim(), left: grid(1, "uint8"), right: grid(1, "uint8"), both: fc.boolean(), integer: flag })
  .map(({ s, batch, m, k, n, left, right, both, integer }) => {
    const [x, d] = [onGrid([...batch, m, k], left, 0, s).values, onGrid([...batch, k, n], right, 0, s + 1)];
    const factor = (b: GraphBuilder, given: string): string => (both ? quantize(b, given, right) : b.constant(whole("uint8", d.values.shape, d.levels)));
    const feeds = both ? { x, d: d.values } : { x };
    const exact: Build = (b, a, given) => b.matMul(a, both ? given : b.constant(d.values));
    if (integer === 1) {
      return pair(feeds, (b, a, given) => {
        const sums = b.op("MatMulInteger", [quantize(b, a, left), factor(b, given), zeroOf(b, left), zeroOf(b, right)]);
        return b.mul(b.cast(sums, "float32"), b.scalar(left.scales[0]! * right.scales[0]!));
      }, exact);
    }
    return pair(feeds, (b, a, given) => dequantize(b, b.op("QLinearMatMul", [quantize(b, a, left), scaleOf(b, left), zeroOf(b, left), factor(b, given), scaleOf(b, right), zeroOf(b, right), scaleOf(b, wide), zeroOf(b, wide)]), wide), exact);
  });

const has = (op: string, cases: fc.Arbitrary<QuantizedCase>): fc.Arbitrary<QuantizedCase> => cases.filter(({ quantised }) => quantised.nodes.some((node) => node.op === op));

/** Random cases of every quantised operator. */
export const quantizedCases: Readonly<Record<string, fc.Arbitrary<QuantizedCase>>> = {
  QuantizeLinear: around, DequantizeLinear: around, DynamicQuantizeLinear: dynamic,
  QLinearConv: has("QLinearConv", convolution), ConvInteger: has("ConvInteger", convolution), QLinearMatMul: has("QLinearMatMul", product), MatMulInteger: has("MatMulInteger", product),
};

/** The gradients of `y` by all inputs, under a seed. */
export async function gradientsOn(runtime: Runtime, graph: Graph, feeds: QuantizedCase["feeds"]): Promise<Tensor[]> {
  const run = async (derived: Graph, given: QuantizedCase["feeds"]): Promise<Record<string, Tensor>> => {
    const program = await runtime.compile(derived);
    const results = await program.run(Object.fromEntries(program.inputs.map(({ name }) => [name, given[name]!])));
    await program.dispose();
    return results as Record<string, Tensor>;
  };
  const wrt = Object.keys(feeds);
  const observed = shapeGraph(graph, valuesBetween(graph, "y", wrt));
  const shapes = await readShapes(observed.outputs, await run(observed.graph, feeds));
  const b = new GraphBuilder(graph);
  const shape = shapes.get("y")!;
  const random = seededRandom(5);
  const cotangent = b.input("cotangent", "float32", shape);
  const names = differentiate(b, { of: "y", seed: cotangent, wrt, shapes });
  const outputs = wrt.map((name) => b.identity(names.get(name)!, `${name}:gradient`));
  const results = await run(b.build({ outputs }), { ...feeds, [cotangent]: float32(shape, Float32Array.from({ length: sizeOf(shape) }, () => random.normal())) });
  return outputs.map((name) => results[name]!);
}
