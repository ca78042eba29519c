import ort from "onnxruntime-node";
import { autodiffPlugin } from "@vitrine/autodiff";
import { createEngine, float32, seededRandom, type Engine, type Graph, type Model, type Tensor } from "@vitrine/core";
import { onnxPlugin, writeOnnx } from "@vitrine/format-onnx";
import { imagePlugin } from "@vitrine/image";
import { imageNodePlugin } from "@vitrine/image-node";
import { activationPlugin } from "@vitrine/method-activation";
import { attributionPlugin } from "@vitrine/method-attribution";
import { deconvPlugin } from "@vitrine/method-deconv";
import { occlusionPlugin } from "@vitrine/method-occlusion";
import { onnxNode } from "@vitrine/runtime-onnx-node";

/** Native threads of every run, Vitrine's and the raw ones alike. */
export const threads = 2;

export function benchEngine(): Engine {
  return createEngine({ runtime: onnxNode({ providers: ["cpu"], threads }), plugins: [onnxPlugin, imagePlugin, imageNodePlugin, activationPlugin, occlusionPlugin, autodiffPlugin, deconvPlugin, attributionPlugin] });
}

export function loadGraph(engine: Engine, graph: Graph, name = "network.onnx"): Promise<Model> {
  return engine.load({ name, bytes: writeOnnx(graph).bytes });
}

export function randomImages(count: number, side = 224): Tensor<"float32"> {
  const random = seededRandom(7);
  return float32([count, 3, side, side], Array.from({ length: count * 3 * side * side }, () => random.normal()));
}

/** onnxruntime-node itself on the same graph: the floor that everything is compared with. */
export async function rawSession(graph: Graph): Promise<ort.InferenceSession> {
  return ort.InferenceSession.create(writeOnnx(graph).bytes, { executionProviders: ["cpu"], intraOpNumThreads: threads, interOpNumThreads: 1, graphOptimizationLevel: "all" });
}

export function rawFeeds(x: Tensor<"float32">): Record<string, ort.Tensor> {
  return { x: new ort.Tensor("float32", x.data, [...x.shape]) };
}
