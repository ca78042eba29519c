import { toFloat32, type Runtime } from "@vitrine/core";
import { onnxNode } from "@vitrine/runtime-onnx-node";
import { relativeL2 } from "@vitrine/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { gradientOf, ReferenceNetworks } from "./networks.js";
import { describeShared } from "./shared.js";
import { softwareAdapter } from "./software-adapter.js";

/** One of each family, by what they are made of and by what a software adapter does soon. `VITRINE_PROVIDER=webgpu` on gradients.test.ts runs all of them. */
const chosen = [
  "ops_conv1d.onnx", "ops_embed.nofold.onnx", "ops_norm.onnx", "ops_reduce.onnx", "tiny_densenet.onnx", "tiny_mnasnet.onnx", "tiny_shufflenet.onnx",
  // Its LRN averages over a volume of one axis more, which the provider cannot send back.
  "zfnet_lrn.lrndecomp.onnx",
];
const limits = { cpu: 1e-4, pytorch: 1e-3 };

const missing = softwareAdapter();
if (missing !== undefined) console.warn(`SKIPPED: gradients on webgpu. ${missing}.`);

describeShared("conformance", "Gradients of the reference networks on onnxruntime's webgpu", (at) => {
  let cpu: Runtime;
  let gpu: Runtime;
  let onDevice: Runtime;
  const rows: string[] = [];
  beforeAll(async () => {
    if (missing !== undefined) return;
    cpu = await onnxNode().create();
    gpu = await onnxNode({ providers: ["webgpu"] }).create();
    // Shapes are the same everywhere, and to observe them costs a software adapter as much as the gradient.
    onDevice = {
      info: gpu.info,
      supports: (node, shapes) => gpu.supports(node, shapes),
      compile: (graph, options) => (graph.nodes.filter(({ outputs }) => graph.outputs.some(({ name }) => outputs.includes(name))).every(({ op }) => op === "Shape") ? cpu : gpu).compile(graph, options),
      dispose: () => gpu.dispose(),
    };
  });
  afterAll(async () => {
    if (missing !== undefined) return;
    await Promise.all([cpu.dispose(), gpu.dispose()]);
    console.log(`grad_logit_x on webgpu (${gpu.info.device}), relative L2:\n${"network".padEnd(32)}${"against cpu".padStart(14)}${"against PyTorch".padStart(18)}\n${rows.join("\n")}`);
  });

  const networks = new ReferenceNetworks(at);

  test.skipIf(missing !== undefined).each(chosen)("%s", async (file) => {
    const { variant, manifest } = networks.variants.find((each) => each.file === file)!;
    const { graph } = await networks.read(file);
    const saved = manifest.arrays["grad_logit_x"]!;
    const wanted = { name: "grad_logit_x", of: manifest.output_name, manifest, saved, feeds: { [manifest.input_name]: networks.npy(manifest.name, "x.npy") } };
    const reference = toFloat32(networks.npy(manifest.name, saved.file));
    const [ours, there] = [toFloat32(await gradientOf(onDevice, graph, wanted)), toFloat32(await gradientOf(cpu, graph, wanted))];
    const errors = { cpu: relativeL2(ours, there), pytorch: relativeL2(ours, reference) };
    rows.push(`${file.padEnd(32)}${errors.cpu.toExponential(1).padStart(14)}${errors.pytorch.toExponential(1).padStart(18)}`);
    expect(errors.cpu, `${variant} against cpu`).toBeLessThanOrEqual(limits.cpu);
    expect(errors.pytorch, `${variant} against PyTorch`).toBeLessThanOrEqual(Math.max(limits.pytorch, 10 * (manifest.float64_noise?.["grad_logit_x"]?.rel_l2 ?? 0)));
  });
});
