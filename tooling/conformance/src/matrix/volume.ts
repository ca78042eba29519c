import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { encodeNpy } from "@vitrine/core";
import { writeOnnx } from "@vitrine/format-onnx";
import { tinyVolume } from "@vitrine/testing";
import { limits, rowOf } from "./networks.js";
import type { MatrixCase, MatrixNetwork } from "./work.js";

/** A network over volumes, which no reference has: written below `folder`, for what a runtime says that it cannot do. */
export async function volumeNetwork(folder: string, names: (name: string) => boolean): Promise<MatrixNetwork[]> {
  const { name, graph, feeds } = tinyVolume();
  if (!names(name)) return [];
  await mkdir(path.join(folder, name), { recursive: true });
  await writeFile(path.join(folder, name, "model.onnx"), writeOnnx(graph).bytes);
  const input: Record<string, string> = {};
  for (const [key, value] of Object.entries(feeds())) {
    await writeFile(path.join(folder, name, `${key}.npy`), encodeNpy(value));
    input[key] = `peer/${name}/${key}.npy`;
  }
  const one = (key: string, method: string, limit: number, params = {}): MatrixCase => ({ row: rowOf[key]!, name: key, model: `peer/${name}/model.onnx`, method, params, wanted: [], limit });
  return [{
    name, format: "onnx", spec: { inputs: {}, outputs: [] }, input, target: [],
    cases: [one("activation", "activation", limits.activations), one("gradient", "deconv", limits.gradients, { rule: "plain" }), one("deconvolution", "deconv", limits.gradients, { rule: "deconvnet" }), one("saliency", "saliency", limits.gradients)],
  }];
}
