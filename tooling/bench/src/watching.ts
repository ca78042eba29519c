import { memory, oneHot, randomUniform, setBackend, tensor1d, tidy, train, type Tensor } from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { watchTraining } from "@vitrine/watch";
import { median, milliseconds, table, timed, type Timed } from "./measure.js";
import { networkOf } from "./tfjs-networks.js";

const rounds = 7;
const kinds = ["bare", "idle", "watched"] as const;
type Kind = (typeof kinds)[number];
const probeSize = 32;

interface Trained {
  readonly name: string;
  readonly backend: string;
  /** Where it is measured, if not where a user gets it by default. */
  readonly measuredOn?: string;
  readonly epochs: number;
  readonly samples: number;
  readonly make: () => Promise<tfl.LayersModel>;
}

const { layers } = tfl;

const convolutions = (): Promise<tfl.LayersModel> => Promise.resolve(tfl.sequential({
  layers: [
    layers.conv2d({ inputShape: [16, 16, 3], filters: 8, kernelSize: 3, activation: "relu" }), layers.maxPooling2d({ poolSize: 2 }), layers.conv2d({ filters: 16, kernelSize: 3, activation: "relu" }),
    layers.flatten(), layers.dense({ units: 10, activation: "softmax" }),
  ],
}));

const products = (): Promise<tfl.LayersModel> => Promise.resolve(tfl.sequential({
  layers: [layers.dense({ inputShape: [784], units: 256, activation: "relu" }), layers.dense({ units: 128, activation: "relu" }), layers.dense({ units: 10, activation: "softmax" })],
}));

const known: readonly Trained[] = [
  { name: "two convolutions, 16²", backend: "cpu", epochs: 8, samples: 40, make: convolutions },
  { name: "the same, measured on cpu", backend: "cpu", measuredOn: "cpu", epochs: 8, samples: 40, make: convolutions },
  { name: "three products, 784", backend: "wasm", epochs: 10, samples: 512, make: products },
];

/**
 * What watching adds to the time of `fit`, with everything at its default.
 * @param files paths of `model.json` of LayersModels, trained on cpu; by default networks that are built here
 */
export async function watching(files: readonly string[] = []): Promise<string> {
  const rows: (string | number)[][] = [["", "backend", "fit s", "watched s", "adds %", "min", "max", "nothing adds %", "by the processor %", "by its own account %", "states in fit", "findings s", "tensors left"]];
  const refused: string[] = [];
  const list: Trained[] = [];
  for (const file of files) {
    await setBackend("cpu");
    const { name, model } = await networkOf(file);
    if (model) list.push({ name, backend: "cpu", epochs: 3, samples: 8, make: async () => (await networkOf(file)).model! });
    else refused.push(`${name} is a GraphModel, which tfjs cannot train.`);
  }
  for (const one of files.length > 0 ? list : known) rows.push(await measure(one));
  return [`Training with a watcher (${probeSize} samples, the default budget of 5 %) over training without, in turn, ${rounds} rounds, by the clock, and in seconds of the processor, whose threads also compile and collect garbage; what a callback that does nothing adds tells how far to trust it; fit alone, the findings that are made afterwards beside it\n${table(rows)}`, ...refused].join("\n");
}

async function measure({ name, backend, measuredOn, epochs, samples, make }: Trained): Promise<(string | number)[]> {
  await setBackend(backend);
  const before = memory().numTensors;
  const all: Record<Kind, Timed[]> = { bare: [], idle: [], watched: [] };
  const [shares, findings]: number[][] = [[], []];
  let states = "";
  for (let round = -1; round < rounds; round++) {
    for (let turn = 0; turn < kinds.length; turn++) {
      const which = kinds[(turn + round + 1) % kinds.length]!;
      const model = await make();
      const optimizer = train.sgd(0.01);
      model.compile({ optimizer, loss: "categoricalCrossentropy" });
      const shape = model.inputs[0]!.shape.slice(1) as number[];
      const classes = model.outputs[0]!.shape.at(-1)!;
      const xs = randomUniform([samples, ...shape], 0, 1, "float32", 3);
      const ys = tidy(() => oneHot(tensor1d(Array.from({ length: samples }, (_, i) => i % classes), "int32"), classes));
      const probe = randomUniform([probeSize, ...shape], 0, 1, "float32", 5);
      const watch = watchTraining(model, { inputs: probe, ...(measuredOn !== undefined && { backend: measuredOn }) });
      const fit = (callbacks: tfl.CustomCallbackArgs) => model.fit(xs, ys as Tensor, { epochs, batchSize: 16, verbose: 0, callbacks });
      const took = await timed(() => fit(which === "watched" ? watch : which === "idle" ? { onEpochEnd: () => Promise.resolve() } : {}));
      // The first round warms up.
      if (round >= 0) all[which].push(took);
      if (which === "watched" && round >= 0) {
        findings!.push((await milliseconds(() => watch.findings())) / 1000);
        const account = (await watch.findings()).activation.facts["watching"] as { trainingSeconds: number; watchingSeconds: number; statesDuringTraining: number };
        shares!.push((100 * account.watchingSeconds) / account.trainingSeconds);
        states = `${account.statesDuringTraining} of ${epochs + 1}`;
      }
      for (const one of [xs, ys, probe, optimizer, model]) one.dispose();
    }
  }
  const adds = (kind: Kind, by: keyof Timed): number[] => all[kind].map((one, round) => 100 * (one[by] / all.bare[round]![by] - 1));
  const clock = adds("watched", "clock");
  const seconds = (kind: Kind): number => median(all[kind].map((one) => one.clock)) / 1000;
  return [
    name, measuredOn ?? backend, seconds("bare"), seconds("watched"), median(clock), Math.min(...clock), Math.max(...clock), median(adds("idle", "clock")), median(adds("watched", "processor")),
    median(shares!), states, median(findings!), String(memory().numTensors - before),
  ];
}
