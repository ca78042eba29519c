import { differentiate, valuesBetween } from "@vitrine/autodiff";
import { finalSoftmax, float32, GraphBuilder, withInputShapes } from "@vitrine/core";
import { integratedGradients } from "@vitrine/method-attribution";
import { paired, table } from "./measure.js";
import { mobileNetV2, squeezeNet } from "./networks.js";
import { benchEngine, loadGraph, randomImages, threads } from "./setup.js";

const rounds = 5;
const steps = 32;

/** Integrated gradients over their floor: as many gradients by the bare program, in the same batches. */
export async function integrated(): Promise<string> {
  const rows: (string | number)[][] = [["", "batch", "integrated ms", "floor ms", "ratio", "min", "max"]];
  const engine = benchEngine();
  try {
    for (const [name, graph] of [["SqueezeNet 1.1", squeezeNet()], ["MobileNetV2", mobileNetV2()]] as const) {
      const model = await loadGraph(engine, graph);
      const logits = finalSoftmax(model.graph, model.output.name)?.logits ?? model.output.name;
      for (const batch of [1, 8]) {
        const feeds = { x: randomImages(batch) };
        const shapes = await model.shapes(valuesBetween(model.graph, logits, ["x"]), feeds);
        const shape = shapes.get(logits)!;
        const builder = new GraphBuilder(model.graph);
        const seed = builder.input("seed", "float32", shape);
        const derived = withInputShapes(builder.build({ outputs: [differentiate(builder, { of: logits, seed, wrt: ["x"], shapes }).get("x")!] }), { ...feeds, [seed]: { shape } });
        const classes = shape.at(-1)!;
        const one = float32(shape, Float32Array.from({ length: batch * classes }, (_, i) => (i % classes === 207 ? 1 : 0)));
        const floor = async (): Promise<void> => {
          for (let done = 0; done < steps; done += batch) await model.run(derived, { ...feeds, [seed]: one });
        };
        const whole = (): Promise<unknown> => Promise.resolve(engine.run(integratedGradients, { model, input: randomImages(1), target: { kind: "class", index: 207 }, params: { steps }, batch }));
        const measured = await paired(whole, floor, rounds);
        rows.push([name, batch, measured.a, measured.b, measured.ratio, ...measured.spread]);
      }
      await model.dispose();
    }
  } finally {
    await engine.dispose();
  }
  return `Integrated gradients of ${steps} steps, findings and drawing included, over ${steps} gradients by the bare program (cpu, ${threads} threads, 224 × 224)\n${table(rows)}`;
}
