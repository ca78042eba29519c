import { attr, float32, full, scalar, type Dim, type Tensor } from "@vitrine/core";
import { Net, type TinyModel } from "./model.js";

// The networks of Captum's own tests (https://github.com/pytorch/captum, tests/helpers/basic_models.py):
// small enough to work out by hand, and their attributions are published there.

/** `rows` rows of the same numbers. */
const repeated = (rows: number, row: readonly number[]): Tensor<"float32"> => float32([rows, row.length], Array.from({ length: rows }, () => row).flat());

/** The whole input of `samples` samples: `row`, then itself plus one, and so on. */
function counted(samples: number, shape: readonly number[], row: readonly number[]): Tensor<"float32"> {
  return float32([samples, ...shape], Array.from({ length: samples }, (_, n) => row.map((value) => value + n)).flat());
}

/**
 * BasicModel_ConvNet_One_Conv: a 3×3 convolution of ones with two channels, rectified, and one dense layer, rectified.
 * @param inputs with 2 the second one is added to the first
 */
export function oneConv(inputs: 1 | 2 = 1): TinyModel {
  const net = new Net(0);
  let x = net.input("x", ["N", 1, 4, 4]);
  if (inputs === 2) x = net.node("/Add", "Add", [x, net.input("x2", ["N", 1, 4, "width"])]);
  const conv = net.node("/conv1/Conv", "Conv", [x, net.constant("conv1.weight", full("float32", [2, 1, 3, 3], 1)), net.constant("conv1.bias", float32([2], [-50, -75]))], { kernel_shape: attr.ints([3, 3]) });
  const relu1 = net.node("/relu1/Relu", "Relu", [conv]);
  const flat = net.node("/Flatten", "Flatten", [relu1], { axis: attr.int(1) });
  const fc1 = net.node("/fc1/Gemm", "Gemm", [flat, net.constant("fc1.weight", repeated(4, [1, 1, 1, 1, 1, -1, -1, -1])), net.constant("fc1.bias", full("float32", [4], 0))], { transB: attr.int(1) });
  const relu2 = net.node("/relu2/Relu", "Relu", [fc1], {}, "logits");
  const picture = Array.from({ length: 16 }, (_, i) => i);
  return {
    name: inputs === 2 ? "one-conv-two-inputs" : "one-conv",
    summary: "A convolution of ones and one dense layer, both rectified: every number can be worked out by hand.",
    graph: net.build("one-conv", [[relu2, ["N", 4]]]),
    feeds: (samples = 1) => ({ x: counted(samples, [1, 4, 4], picture), ...(inputs === 2 && { x2: full("float32", [samples, 1, 4, 4], 1) }) }),
    // Sums of the 3×3 windows: 45, 54, 81, 90; with ones added 54, 63, 90, 99. Minus 50 and 75, rectified, summed with the signs.
    expected: { logits: full("float32", [1, 4], inputs === 2 ? 4 + 13 + 40 + 49 - 15 - 24 : 4 + 31 + 40 - 6 - 15) },
  };
}

/** The layers of BasicModel_MultiLayer on a value of shape [N, 3]. */
function layers(net: Net, x: string): string {
  const eye = float32([3, 3], [1, 0, 0, 0, 1, 0, 0, 0, 1]);
  const linear0 = net.node("/linear0/Gemm", "Gemm", [x, net.constant("linear0.weight", eye), net.constant("linear0.bias", full("float32", [3], 0))], { transB: attr.int(1) });
  const linear1 = net.node("/linear1/Gemm", "Gemm", [linear0, net.constant("linear1.weight", full("float32", [4, 3], 1)), net.constant("linear1.bias", float32([4], [-10, 1, 1, 1]))], { transB: attr.int(1) });
  const relu = net.node("/relu/Relu", "Relu", [linear1]);
  return net.node("/linear2/Gemm", "Gemm", [relu, net.constant("linear2.weight", full("float32", [2, 4], 1)), net.constant("linear2.bias", float32([2], [-1, 1]))], { transB: attr.int(1) }, "logits");
}

/** BasicModel_MultiLayer: three dense layers, the middle one rectified. */
export function multiLayer(): TinyModel {
  const net = new Net(0);
  const logits = layers(net, net.input("x", ["N", 3]));
  return {
    name: "multi-layer",
    summary: "Three dense layers over three numbers.",
    graph: net.build("multi-layer", [[logits, ["N", 2]]]),
    feeds: (samples = 1) => ({ x: counted(samples, [3], [20, 50, 30]) }),
    // 100 − 10, and three times 100 + 1.
    expected: { logits: float32([1, 2], [90 + 303 - 1, 90 + 303 + 1]) },
  };
}

/** BasicModel3: relu(relu(x1 − 1) − relu(x2)). Saturates, and has two inputs. */
export function basicModel3(): TinyModel {
  const net = new Net(0);
  const [x1, x2] = [net.input("x1", ["N", 1]), net.input("x2", ["N", 1])];
  const left = net.node("/relu1/Relu", "Relu", [net.node("/Sub", "Sub", [x1, net.constant("one", scalar(1))])]);
  const right = net.node("/relu2/Relu", "Relu", [x2]);
  const y = net.node("/relu3/Relu", "Relu", [net.node("/Sub_1", "Sub", [left, right])], {}, "y");
  return {
    name: "basic-model-3",
    summary: "relu(relu(x1 − 1) − relu(x2)): two inputs of one number, one output that is no class.",
    graph: net.build("basic-model-3", [[y, ["N", 1]]]),
    feeds: (samples = 1) => ({ x1: counted(samples, [1], [3]), x2: full("float32", [samples, 1], 1) }),
    expected: { y: float32([1, 1], [1]) },
  };
}

/** BasicModel_MultiLayer_MultiInput: `multiLayer` of scale · (x1 + x2 + x3). */
export function multiLayerMultiInput(scale = 1): TinyModel {
  const net = new Net(0);
  const shape: readonly Dim[] = ["N", 3];
  const [x1, x2, x3] = [net.input("x1", shape), net.input("x2", shape), net.input("x3", shape)];
  const sum = net.node("/Add_1", "Add", [net.node("/Add", "Add", [x1, x2]), x3]);
  const logits = layers(net, net.node("/Mul", "Mul", [sum, net.constant("scale", scalar(scale))]));
  const total = 393 + 4 * 100 * (scale - 1);
  return {
    name: "multi-layer-multi-input",
    summary: "The three dense layers over the sum of three inputs.",
    graph: net.build("multi-layer-multi-input", [[logits, ["N", 2]]]),
    feeds: (samples = 1) => ({ x1: counted(samples, [3], [20, 0, 10]), x2: full("float32", [samples, 3], 10), x3: float32([samples, 3], Array.from({ length: samples }, () => [0, 40, 0]).flat()) }),
    ...(scale > 0.1 && { expected: { logits: float32([1, 2], [total - 1, total + 1]) } }),
  };
}
