import { attr, float32, int64, scalar, tensor, toNumbers, type Tensor } from "@vitrine/core";
import { Net, uniformFeeds, type TinyModel } from "./model.js";

/** `float`: the network of the dequantised values, with the ends of their ranges as Clip; the others as exporters quantise it. */
export type QuantizedForm = "float" | "qdq" | "operators" | "dynamic";

const [channels, maps, side, classes] = [2, 4, 6, 3] as const;
const uint8 = (value: number): Tensor => tensor("uint8", [], Uint8Array.of(value));

/** What is quantised to whole numbers of [-127, 127], one scale along axis 0 or one for all. */
function quantised(values: Tensor<"float32">, perFilter: boolean): { q: Tensor<"int8">; scale: Tensor<"float32"> } {
  const groups = perFilter ? values.shape[0]! : 1;
  const each = values.data.length / groups;
  const scales = Array.from({ length: groups }, (_, g) => values.data.slice(g * each, (g + 1) * each).reduce((most, value) => Math.max(most, Math.abs(value)), 0) / 127);
  const q = Int8Array.from(values.data, (value, i) => Math.round(value / scales[Math.floor(i / each)]!));
  return { q: { dtype: "int8", shape: values.shape, data: q }, scale: perFilter ? float32([groups], scales) : float32([], scales) };
}

/** conv – ReLU – flatten – dense, quantised by scales that are written down: the input's range is [−1, 1], some of what comes after is clipped. */
export function quantized(form: QuantizedForm): TinyModel {
  const net = new Net(10);
  const x = net.input("x", ["N", channels, side, side]);
  const filters = quantised(net.normal([maps, channels, 3, 3], 0.4), true);
  const dense = quantised(net.normal([maps * 16, classes], 0.2), false);
  const [inScale, mapScale, outScale] = [2 / 255, 0.012, 0.02];
  const constants: Record<string, Tensor> = {
    filters: filters.q, filterScale: filters.scale, filterZero: tensor("int8", [maps], new Int8Array(maps)),
    bias: tensor("int32", [maps], Int32Array.of(40, -25, 10, 0)),
    dense: dense.q, denseScale: dense.scale, denseZero: tensor("int8", [], Int8Array.of(0)),
    inScale: scalar(inScale), inZero: uint8(128), mapScale: scalar(mapScale), mapZero: uint8(0), outScale: scalar(outScale), outZero: uint8(120),
    biasScale: float32([maps], filters.scale.data.map((scale) => scale * inScale)), biasZero: tensor("int32", [maps], new Int32Array(maps)),
  };
  const written = new Map<string, string>();
  const of = (name: string): string => {
    const known = written.get(name) ?? net.constant(name, constants[name]!);
    written.set(name, known);
    return known;
  };
  const numbers = (name: string): number[] => toNumbers(constants[name]!);
  const around = (path: string, value: string, scale: string, zero: string, output?: string): string =>
    net.node(`${path}/DequantizeLinear`, "DequantizeLinear", [net.node(`${path}/QuantizeLinear`, "QuantizeLinear", [value, of(scale), of(zero)]), of(scale), of(zero)], {}, output);
  const kernel = { kernel_shape: attr.ints([3, 3]) };
  const flat = (value: string): string => net.node("/Reshape", "Reshape", [value, net.constant("flat", int64([0, -1]))]);

  const forms: Readonly<Record<QuantizedForm, () => string>> = {
    float: () => {
      const clip = (path: string, value: string, scale: number, zero: number, output?: string): string =>
        net.node(`${path}/Clip`, "Clip", [value, net.constant(`${path}.low`, scalar(-zero * scale)), net.constant(`${path}.high`, scalar((255 - zero) * scale))], {}, output);
      const weights = float32([maps, channels, 3, 3], Float32Array.from(filters.q.data, (q, i) => q * filters.scale.data[Math.floor(i / (channels * 9))]!));
      const bias = float32([maps], numbers("bias").map((q, i) => q * numbers("biasScale")[i]!));
      const conv = net.node("/conv/Conv", "Conv", [clip("/in", x, inScale, 128), net.constant("conv.weight", weights), net.constant("conv.bias", bias)], kernel);
      const rows = flat(clip("/map", net.node("/relu/Relu", "Relu", [conv]), mapScale, 0));
      return clip("/out", net.node("/fc/MatMul", "MatMul", [rows, net.constant("fc.weight", float32(dense.q.shape, Float32Array.from(dense.q.data, (q) => q * dense.scale.data[0]!)))]), outScale, 120, "logits");
    },
    qdq: () => {
      const weights = net.node("/conv/weight/DequantizeLinear", "DequantizeLinear", [of("filters"), of("filterScale"), of("filterZero")], { axis: attr.int(0) });
      const bias = net.node("/conv/bias/DequantizeLinear", "DequantizeLinear", [of("bias"), of("biasScale"), of("biasZero")], { axis: attr.int(0) });
      const conv = net.node("/conv/Conv", "Conv", [around("/in", x, "inScale", "inZero"), weights, bias], kernel);
      const rows = flat(around("/map", net.node("/relu/Relu", "Relu", [conv]), "mapScale", "mapZero"));
      const product = net.node("/fc/MatMul", "MatMul", [rows, net.node("/fc/weight/DequantizeLinear", "DequantizeLinear", [of("dense"), of("denseScale"), of("denseZero")])]);
      return around("/out", product, "outScale", "outZero", "logits");
    },
    operators: () => {
      const q = net.node("/in/QuantizeLinear", "QuantizeLinear", [x, of("inScale"), of("inZero")]);
      const conv = net.node("/conv/QLinearConv", "QLinearConv", [q, of("inScale"), of("inZero"), of("filters"), of("filterScale"), of("filterZero"), of("mapScale"), of("mapZero"), of("bias")], kernel);
      const product = net.node("/fc/QLinearMatMul", "QLinearMatMul", [flat(conv), of("mapScale"), of("mapZero"), of("dense"), of("denseScale"), of("denseZero"), of("outScale"), of("outZero")]);
      return net.node("/out/DequantizeLinear", "DequantizeLinear", [product, of("outScale"), of("outZero")], {}, "logits");
    },
    dynamic: () => {
      const dynamic = (path: string, value: string): readonly string[] => net.builder.node("DynamicQuantizeLinear", [value], {}, { name: `${path}/DynamicQuantizeLinear`, outputs: [`${path}_q`, `${path}_scale`, `${path}_zero`] });
      const real = (path: string, value: string, scale: string, weightScale: string, output?: string): string =>
        net.node(`${path}/Mul`, "Mul", [net.node(`${path}/Cast`, "Cast", [value], { to: attr.int(1) }), net.node(`${path}/scale/Mul`, "Mul", [scale, weightScale])], {}, output);
      const [q, scale, zero] = dynamic("/in", x);
      const conv = real("/conv", net.node("/conv/ConvInteger", "ConvInteger", [q!, of("filters"), zero!], kernel), scale!, net.constant("filterScales", float32([1, maps, 1, 1], filters.scale.data)));
      const biased = net.node("/conv/Add", "Add", [conv, net.constant("conv.bias", float32([1, maps, 1, 1], numbers("bias").map((q, i) => q * numbers("biasScale")[i]!)))]);
      const [r, rowScale, rowZero] = dynamic("/map", flat(net.node("/relu/Relu", "Relu", [biased])));
      return real("/fc", net.node("/fc/MatMulInteger", "MatMulInteger", [r!, of("dense"), rowZero!, of("denseZero")]), rowScale!, of("denseScale"), "logits");
    },
  };
  const words: Readonly<Record<QuantizedForm, string>> = {
    float: "the network of its dequantised values", qdq: "with pairs of QuantizeLinear and DequantizeLinear", operators: "with quantised operators, the ReLU folded into a range", dynamic: "with ranges that follow the data",
  };
  return {
    name: `quantized-${form}`,
    summary: `A convolution and a dense layer, quantised to 8 bits: ${words[form]}.`,
    graph: net.build(`quantized-${form}`, [[forms[form](), ["N", classes]]]),
    feeds: uniformFeeds({ x: ["N", channels, side, side] }),
  };
}
