import { attr, consumersOf, GraphBuilder, intAttr, intsAttr, producersOf, stringAttr, take, tensor, toNumbers, type Constant, type Graph, type Node, type Tensor } from "@vitrine/core";

/** ONNX's number of the type. */
const float32Code = 1;
/** onnxruntime's cpu kernels hold so many channels together. */
const blockOfChannels = 8;

/**
 * The same graph with what onnxruntime's cpu kernels compute slowly said in operators that they compute fast. Results are
 * the same to the last bits of a sum; of numbers below 2⁻¹²⁷, which float32 holds imprecisely, `x > 0` is their share of that.
 */
export function cpuForms(graph: Graph): Graph {
  const b = new GraphBuilder(graph);
  const [producers, consumers] = [producersOf(graph), consumersOf(graph)];
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const single = (value: string): boolean => consumers.get(value)?.length === 1 && !outputs.has(value);
  let changed = false;
  for (const node of graph.nodes) {
    if (node.domain !== "") continue;
    if (node.op === "Cast") changed = threshold(b, node, producers) || changed;
    if (node.op === "Where") changed = switching(b, node, producers, consumers) || changed;
    if (node.op === "ConvTranspose") changed = depthwise(b, node) || changed;
    if (node.op === "Split") changed = divided(b, node, producers.get(node.inputs[0]!), single) || changed;
  }
  // What is fed stays what is fed.
  return changed ? { ...b.build({ outputs: graph.outputs.map(({ name }) => name) }), inputs: graph.inputs } : graph;
}

/** A comparison as a number is one HardSigmoid, steep as a step, instead of a comparison and a cast; of two that hold at once, the product. */
function threshold(b: GraphBuilder, cast: Node, producers: ReadonlyMap<string, Node>): boolean {
  const to = cast.attributes["to"];
  if (to?.type !== "int" || Number(to.value) !== float32Code) return false;
  const test = producers.get(cast.inputs[0]!);
  const [first, second] = (test?.op === "And" ? test.inputs : cast.inputs).map((input) => stepOf(b, producers.get(input)));
  if (!first || (test?.op === "And" && !second)) return false;
  if (second) b.substitute(cast, { op: "Mul", inputs: [first, second].map(({ x, attributes }) => b.op("HardSigmoid", [x], attributes)), attributes: {} });
  else b.substitute(cast, { op: "HardSigmoid", inputs: [first.x], attributes: first.attributes });
  return true;
}

/**
 * `taken = Where(Equal(a, b), left, 0)` beside `left − taken`, by which the cotangent of a pooling finds its maximum: a product,
 * where choosing goes over three values thrice.
 */
function switching(b: GraphBuilder, where: Node, producers: ReadonlyMap<string, Node>, consumers: ReadonlyMap<string, readonly Node[]>): boolean {
  const [condition = "", left = "", otherwise = ""] = where.inputs;
  if (producers.get(condition)?.op !== "Equal" || scalarAt(b, otherwise) !== 0) return false;
  if (!consumers.get(where.outputs[0]!)?.some(({ op, inputs }) => op === "Sub" && inputs[0] === left && inputs[1] === where.outputs[0])) return false;
  b.substitute(where, { op: "Mul", inputs: [left, b.op("Cast", [condition], { to: attr.int(float32Code) })] });
  return true;
}

/** A float32 without axes: one of [1, 1] would lend its axes to the result. */
function scalarAt(b: GraphBuilder, name: string): number | undefined {
  const constant = b.constantAt(name);
  return constant?.dtype === "float32" && constant.shape.length === 0 ? Number(constant.read().data[0]) : undefined;
}

/** `x > threshold` or `x < threshold` as max(0, min(1, alpha · x + beta)). */
function stepOf(b: GraphBuilder, test: Node | undefined): { x: string; attributes: Node["attributes"] } | undefined {
  if (test?.domain !== "" || (test.op !== "Greater" && test.op !== "Less")) return undefined;
  const bound = scalarAt(b, test.inputs[1]!);
  if (bound === undefined) return undefined;
  // Multiplying by a power of two is exact and so is the sign of the sum; neighbours of the bound have to be 1 apart.
  const steep = bound === 0 ? 2 ** 127 : 2 ** 100;
  if (bound !== 0 && !(Math.abs(bound) > 2 ** -60 && Math.abs(bound) < 2 ** 20)) return undefined;
  const alpha = test.op === "Greater" ? steep : -steep;
  return { x: test.inputs[0]!, attributes: { alpha: attr.float(alpha), beta: attr.float(-alpha * bound) } };
}

/**
 * A transposed convolution of every channel by itself, with a stride: the zeros between the elements by one transposed
 * convolution of one channel and one weight, then a convolution, which runs in blocks of channels and on every thread.
 */
function depthwise(b: GraphBuilder, node: Node): boolean {
  const weights = b.constantAt(node.inputs[1]!);
  const strides = intsAttr(node, "strides", []);
  if (weights?.dtype !== "float32" || weights.shape.length !== 4 || strides.every((stride) => stride === 1)) return false;
  const [channels = 0, each = 0, ...kernel] = weights.shape;
  if (intAttr(node, "group", 1) !== channels || each !== 1 || channels % blockOfChannels !== 0) return false;
  if (stringAttr(node, "auto_pad", "NOTSET") !== "NOTSET" || node.attributes["output_shape"]) return false;
  const dilations = intsAttr(node, "dilations", [1, 1]);
  const [pads, more] = [intsAttr(node, "pads", [0, 0, 0, 0]), intsAttr(node, "output_padding", [0, 0])];
  const around = [0, 1, 2, 3].map((side) => (kernel[side % 2]! - 1) * dilations[side % 2]! - pads[side]! + (side > 1 ? more[side % 2]! : 0));
  if (around.some((pad) => pad < 0)) return false;
  const single = b.reshape(node.inputs[0]!, [-1, 1, 0, 0]);
  const spread = b.op("ConvTranspose", [single, b.constant(tensor("float32", [1, 1, 1, 1], Float32Array.of(1)), "one")], { kernel_shape: attr.ints([1, 1]), strides: attr.ints(strides) });
  b.substitute(node, {
    op: "Conv",
    inputs: [b.reshape(spread, [-1, channels, 0, 0]), b.constant(reversed(weights), `${node.inputs[1]}:reversed`), ...node.inputs.slice(2)],
    attributes: { kernel_shape: attr.ints(kernel), dilations: attr.ints(dilations), pads: attr.ints(around), group: attr.int(channels) },
  });
  return true;
}

/** The channels of a convolution split: a convolution for each part, with its own rows of the weights, so that nothing is copied. */
function divided(b: GraphBuilder, split: Node, conv: Node | undefined, single: (value: string) => boolean): boolean {
  if (conv?.op !== "Conv" || conv.domain !== "" || !single(conv.outputs[0]!) || intAttr(split, "axis", 0) !== 1 || intAttr(conv, "group", 1) !== 1) return false;
  const constants = conv.inputs.slice(1).filter((name) => name !== "").map((name) => b.constantAt(name));
  const sizes = b.constantAt(split.inputs[1] ?? "");
  if (!sizes || !constants.every((constant) => constant?.dtype === "float32")) return false;
  const counts = toNumbers(sizes.read());
  if (counts.some((count) => count === 0 || count % blockOfChannels !== 0)) return false;
  b.remove(split);
  let from = 0;
  counts.forEach((count, i) => {
    const rows = Array.from({ length: count }, (_, row) => from + row);
    const parts = constants.map((constant) => b.constant(take(constant!.read(), 0, rows), `${conv.outputs[0]}:part`));
    b.bind(split.outputs[i]!, b.op("Conv", [conv.inputs[0]!, ...parts], conv.attributes));
    from += count;
  });
  return true;
}

/** Every axis of every channel's kernel turned round. */
function reversed(weights: Constant): Tensor {
  const { shape, data } = weights.read();
  const size = shape.slice(2).reduce((product, dim) => product * dim, 1);
  const from = data as Float32Array;
  return tensor("float32", shape, Float32Array.from(from, (_, i) => from[i - (i % size) + size - 1 - (i % size)]!));
}
