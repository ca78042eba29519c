import "@tensorflow/tfjs-backend-wasm";
import { engine } from "@tensorflow/tfjs-core";
import { GraphBuilder, onRectifiers, toFloat32, type BackwardRule, type Runtime } from "@vitrine/core";
import { rules } from "@vitrine/method-deconv";
import { tfjs } from "@vitrine/runtime-tfjs";
import { relativeL2 } from "@vitrine/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { gradientOf, isRecurrent, ReferenceNetworks, runOnce, savedValues, valueOf, type Saved } from "./networks.js";
import { describeShared } from "./shared.js";

interface Row {
  readonly file: string;
  readonly errors: Map<string, number>;
}

const limits = { activations: 1e-4, gradients: 1e-3 };
const columns = ["logits", "worst value", "grad_logit_x", "grad_mid_channel_x", "grad_mid_neuron_x", "deconvolution", "guided_backprop"] as const;
const gradients = ["grad_logit_x", "grad_mid_channel_x", "grad_mid_neuron_x"] as const;

/** Networks that tfjs wasm cannot run, each with the reason that the error names. None. */
const refused: Readonly<Record<string, string>> = {};

describeShared("conformance", "The reference networks on tfjs wasm", (at) => {
  let runtime: Runtime;
  const rows: Row[] = [];
  beforeAll(async () => {
    runtime = await tfjs({ backend: "wasm" }).create();
  });
  afterAll(async () => {
    await runtime.dispose();
    const lines = rows.sort((a, b) => (a.file < b.file ? -1 : 1)).map(({ file, errors }) => file.padEnd(34) + columns.map((name) => (errors.get(name)?.toExponential(1) ?? "-").padStart(20)).join(""));
    console.log(`tfjs wasm against PyTorch and Captum (relative L2; limits ${limits.activations} and ${limits.gradients}):\n${"network".padEnd(34)}${columns.map((name) => name.padStart(20)).join("")}\n${lines.join("\n")}`);
    console.log(`Refused: ${Object.entries(refused).map(([file, why]) => `${file} (${why})`).join(", ") || "none"}.`);
  });

  const networks = new ReferenceNetworks(at);

  test("there are networks to compare", () => {
    expect(networks.variants.length).toBeGreaterThanOrEqual(60);
  });

  test.each(networks.variants)("$file", async ({ file, variant, manifest }) => {
    const { graph } = await networks.read(file);
    const why = Object.hasOwn(refused, file) ? refused[file] : undefined;
    if (why !== undefined) {
      await expect(runtime.compile(graph)).rejects.toThrow(why);
      return;
    }
    const before = engine().state.numTensors;
    const errors = new Map<string, number>();
    rows.push({ file, errors });
    const feeds = { [manifest.input_name]: networks.npy(manifest.name, "x.npy") };
    const noise = (name: string): number => 10 * (manifest.float64_noise?.[name]?.rel_l2 ?? 0);

    const wanted = [{ value: manifest.output_name, file: "logits.npy" }, ...savedValues(manifest, variant, graph).filter((each) => networks.isThere(manifest.name, each.file))];
    const builder = new GraphBuilder(graph);
    const taps = wanted.map(({ value }) => builder.tap(value));
    const results = await runOnce(runtime, builder.build(), feeds);
    wanted.forEach(({ value, file: reference }, i) => {
      const error = relativeL2(toFloat32(results[taps[i]!]!), toFloat32(networks.npy(manifest.name, reference)));
      if (reference === "logits.npy") errors.set("logits", error);
      errors.set("worst value", Math.max(error, errors.get("worst value") ?? 0));
      expect(error, value).toBeLessThanOrEqual(Math.max(limits.activations, noise("logits")));
    });

    if (!isRecurrent(graph)) {
      for (const name of gradients) {
        const definition = manifest.arrays[name];
        if (!definition || !networks.isThere(manifest.name, definition.file)) continue;
        const of = name === "grad_logit_x" ? manifest.output_name : valueOf(definition, variant);
        if (of === undefined || !graph.nodes.some((node) => node.outputs.includes(of))) continue;
        await compare(name, of, definition, rules.plain);
      }
      for (const [name, rule] of [["deconvolution", rules.deconvnet], ["guided_backprop", rules.guided]] as const) {
        const definition = manifest.methods[name];
        if (definition && networks.isThere(manifest.name, definition.file)) await compare(name, manifest.output_name, definition, onRectifiers(rule, "relu"));
      }
    }
    expect(engine().state.numTensors, "tensors that were left behind").toBe(before);

    async function compare(name: string, of: string, definition: Saved, rule: BackwardRule): Promise<void> {
      const reference = networks.npy(manifest.name, definition.file);
      // A saturated unit: nothing to compare.
      if (toFloat32(reference).every((value) => value === 0)) return;
      const ours = await gradientOf(runtime, graph, { name, of, manifest, saved: definition, feeds, rule });
      const error = relativeL2(toFloat32(ours), toFloat32(reference));
      errors.set(name, error);
      expect(error, name).toBeLessThanOrEqual(Math.max(limits.gradients, noise(name)));
    }
  });
});
