import { differentiate, valuesBetween } from "@vitrine/autodiff";
import { finalSoftmax, float32, GraphBuilder } from "@vitrine/core";
import { paired, table } from "./measure.js";
import { mobileNetV2, resNet18, squeezeNet } from "./networks.js";
import { benchEngine, loadGraph, randomImages, threads } from "./setup.js";

const rounds = 15;

/** What the gradient of a logit costs, forward pass included, over that forward pass. A backward pass has about as many multiplications as the forward one. */
export async function gradient(): Promise<string> {
  const rows: (string | number)[][] = [["", "gradient ms", "forward ms", "ratio", "min", "max", "goal"]];
  const engine = benchEngine();
  try {
    for (const [name, graph, goal] of [["SqueezeNet 1.1", squeezeNet(), 2.5], ["ResNet-18", resNet18(), 2.1], ["MobileNetV2", mobileNetV2(), 3]] as const) {
      const model = await loadGraph(engine, graph);
      const feeds = { x: randomImages(1) };
      const logits = finalSoftmax(model.graph, model.output.name)?.logits ?? model.output.name;
      const shapes = await model.shapes(valuesBetween(model.graph, logits, ["x"]), feeds);
      const shape = shapes.get(logits)!;
      const builder = new GraphBuilder(model.graph);
      const seed = builder.input("seed", "float32", shape);
      const derived = builder.build({ outputs: [differentiate(builder, { of: logits, seed, wrt: ["x"], shapes }).get("x")!] });
      const forward = new GraphBuilder(model.graph).build({ outputs: [logits] });
      const one = float32(shape, Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => (i === 207 ? 1 : 0)));
      const measured = await paired(() => model.run(derived, { ...feeds, [seed]: one }), () => model.run(forward, feeds), rounds);
      rows.push([name, measured.a, measured.b, measured.ratio, ...measured.spread, `≤ ${goal}`]);
      await model.dispose();
    }
  } finally {
    await engine.dispose();
  }
  return `Gradient of a logit by the picture, forward included, over forward only (cpu, ${threads} threads, 224 × 224; the floor is about 2)\n${table(rows)}`;
}
