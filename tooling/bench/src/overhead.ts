import { GraphBuilder } from "@vitrine/core";
import { activation, captureGraph } from "@vitrine/method-activation";
import { occlusion } from "@vitrine/method-occlusion";
import { paired, table } from "./measure.js";
import { mobileNetV2, squeezeNet } from "./networks.js";
import { benchEngine, loadGraph, randomImages, rawFeeds, rawSession, threads } from "./setup.js";

const rounds = 41;

/** What the engine and the methods cost beyond onnxruntime-node on the same graphs: goal 5 %. */
export async function overhead(): Promise<string> {
  const rows: (string | number)[][] = [["", "vitrine ms", "raw ms", "ratio", "min", "max"]];
  const engine = benchEngine();
  try {
    for (const [name, graph] of [["SqueezeNet 1.1", squeezeNet()], ["MobileNetV2", mobileNetV2()]] as const) {
      const model = await loadGraph(engine, graph);
      const x = randomImages(1);
      const layers = await model.layers({ x });

      const tapped = new GraphBuilder(model.graph).build({ outputs: layers.map((layer) => layer.value) });
      const captureRaw = await rawSession(tapped);
      const run = await paired(() => model.run(tapped, { x }), () => captureRaw.run(rawFeeds(x)), rounds);
      rows.push([`${name}: every layer, engine`, run.a, run.b, run.ratio, ...run.spread]);
      await captureRaw.release();
      // The method's own graph takes statistics of every layer too: that work is the runtime's in both.
      const statistics = await rawSession(captureGraph(model, layers).graph);
      const method = await paired(() => Promise.resolve(engine.run(activation, { model, input: x })), () => statistics.run(rawFeeds(x)), rounds);
      rows.push([`${name}: every layer and its statistics, method`, method.a, method.b, method.ratio, ...method.spread]);
      await statistics.release();

      // 10 × 10 windows of 32 × 32 in batches of 8, and the clean input: the same runs, of the same sizes, called by hand.
      const batch = 8;
      const windows = 100;
      const params = { window: [3, 32, 32], stride: [3, 22, 22], baseline: { kind: "value", value: 0 } } as const;
      const plain = await rawSession(model.graph);
      const [one, rest, eight] = [1, windows % batch, batch].map((size) => rawFeeds(randomImages(size)));
      const target = { kind: "class", index: 0 } as const;
      const occluded = await paired(
        () => Promise.resolve(engine.run(occlusion, { model, input: x, params, target, batch })),
        async () => {
          await plain.run(one!);
          for (let i = 0; i < Math.floor(windows / batch); i++) await plain.run(eight!);
          await plain.run(rest!);
        },
        15,
      );
      rows.push([`${name}: occlusion of ${windows} windows, batches of ${batch}`, occluded.a, occluded.b, occluded.ratio, ...occluded.spread]);
      rows.push([`${name}: a window`, occluded.a / windows, occluded.b / windows, occluded.ratio, ...occluded.spread]);
      await plain.release();
      await model.dispose();
    }
  } finally {
    await engine.dispose();
  }
  return `Overhead over onnxruntime-node (cpu, ${threads} threads, 224 × 224; the floor is the raw run; goal: ratio ≤ 1.05)\n${table(rows)}`;
}
