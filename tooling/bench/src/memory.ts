import { occlusion } from "@vitrine/method-occlusion";
import { residentMegabytes, table } from "./measure.js";
import { squeezeNet } from "./networks.js";
import { benchEngine, loadGraph, randomImages } from "./setup.js";
import { smallNetwork } from "./small-network.js";

/** Memory over 10,000 occlusion windows and over 100 loads and disposals: it has to stay flat. */
export async function memory(): Promise<string> {
  return [await overWindows(), await overLoads()].join("\n\n");
}

async function overWindows(): Promise<string> {
  const engine = benchEngine();
  try {
    const model = await loadGraph(engine, smallNetwork());
    const x = randomImages(1, 64);
    const rows: (string | number)[][] = [["windows so far", "resident MB"]];
    let windows = 0;
    for (let round = 0; round < 5; round++) {
      // 45 × 45 windows of 20 × 20, one pixel apart: 2,025 a round.
      const report = await engine.run(occlusion, { model, input: x, target: { kind: "class", index: 0 }, params: { window: [3, 20, 20], stride: [3, 1, 1], baseline: { kind: "value", value: 0 } } });
      windows += Number(report.facts["forwardPasses"]);
      rows.push([String(windows), residentMegabytes()]);
    }
    return `Memory over occlusion windows (64 × 64)\n${table(rows)}`;
  } finally {
    await engine.dispose();
  }
}

async function overLoads(): Promise<string> {
  const rows: (string | number)[][] = [["loads and disposals", "resident MB"]];
  const engine = benchEngine();
  try {
    const graph = squeezeNet();
    const x = randomImages(1);
    for (let cycle = 1; cycle <= 100; cycle++) {
      const model = await loadGraph(engine, graph);
      await model.run(model.graph, { x });
      await model.dispose();
      if (cycle % 20 === 0) rows.push([String(cycle), residentMegabytes()]);
    }
  } finally {
    await engine.dispose();
  }
  return `Memory over loads (SqueezeNet 1.1, 224 × 224, one run each)\n${table(rows)}`;
}
