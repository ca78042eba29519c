import { defineMethod, p, type Citation, type Findings, type Job, type Layer } from "@vitrine/core";
import { capture } from "./capture.js";
import { checkpointFindings } from "./checkpoint-findings.js";
import { mapsOverTraining } from "./checkpoint-maps.js";
import { checkpointModels, measureCheckpoints, measureSet } from "./checkpoints.js";
import { activationError } from "./errors.js";
import { chunksOf, type Chunk } from "./input-set.js";
import { passFindings, type PassOptions } from "./pass-findings.js";
import { activationReport } from "./report.js";
import { feedsForShapes, selectLayers } from "./select-layers.js";
import { setFindings } from "./set-findings.js";
import { checkUnit, parseUnits } from "./unit-views.js";

const citations: readonly Citation[] = [
  { authors: "Yosinski, Clune, Nguyen, Fuchs, Lipson", year: 2015, title: "Understanding Neural Networks Through Deep Visualization", where: "arXiv:1506.06579" },
  { authors: "Karpathy and others", year: 2015, title: "CS231n: Understanding and Visualizing Convolutional Neural Networks", where: "https://cs231n.github.io/understanding-cnn/" },
];

const params = {
  layers: p.layers({ description: "Layers to look at, by readable name or graph value; all by default." }),
  unit: p.texts({ description: "Units to enlarge over the input: conv1[12], or conv1[12]@3,4 to outline what that position sees." }),
  sample: p.integer({ min: 0, default: 0, description: "Sample of a batch that the views show; tensors hold all." }),
  normalise: p.choice(["auto", "dvt", "magnitude", "signed"], {
    default: "auto",
    description: "How a layer's values become ink: dvt is min-max over the layer (Deep Visualization Toolbox), magnitude and signed keep zero blank; auto is signed where a layer has negative values, else magnitude.",
  }),
  contrast: p.choice(["layer", "channel"], { default: "layer", description: "One scale for the layer, or one for each channel." }),
  channelBoost: p.number({ min: 0, max: 1, default: 0, description: "Lifts quiet channels: × max_c^(−b). The toolbox offers 0, .3, .5, .8, 1." }),
  gamma: p.number({ min: 0.05, max: 5, default: 1, description: "Lifts faint values: ^γ. The toolbox offers 1, .7, .5, .3." }),
  top: p.integer({ min: 1, default: 5, description: "How many of a layer's strongest units are listed." }),
  zeroBelow: p.number({ min: 0, description: "Also tell the share of values with |a| below this threshold, for every layer." }),
  against: p.inputs({ description: "A set of inputs: dead units, how often units fire, and which input each answers most." }),
  checkpoints: p.models({ description: "The same network at several points of its training: sparsity, dead units and localisation as curves, over the set of --against or else the input." }),
};

/**
 * What every layer and unit responds to.
 *
 * One forward pass of one derived graph gives all values, and reductions in the same graph their statistics. Layer grids
 * are those of the Deep Visualization Toolbox by `normalise: "dvt"`. The default, `auto`, differs where that would draw zero as
 * grey: zero is the page, more is more ink (`magnitude`), with two colours where a layer has negative values (`signed`);
 * on the output of a ReLU that has a zero somewhere all three are the same.
 *
 * Sparsity is told at outputs of rectifiers only. A unit is dead where its map is all zero on every input of `against`.
 */
export const activation = defineMethod({
  id: "activation",
  title: "Activation",
  summary: "What does every layer, and every unit in it, respond to?",
  citations,
  params,
  targeted: false,
  report: activationReport,
  examples: [
    "run activation squeezenet.onnx --input dog.jpg --out dog",
    "run activation squeezenet.onnx --input dog.jpg --layers conv1,fire2 --channel-boost 0.5 --gamma 0.7 --out dog",
    "run activation squeezenet.onnx --input dog.jpg --unit conv1[12] --against photos --out dog",
    "run activation epoch-30.onnx --input dog.jpg --checkpoints epoch-*.onnx --against photos --out training",
  ],
  async *run(job) {
    const { params: given, samples } = job;
    if (given.sample >= samples) throw activationError("activation-sample", { sample: given.sample, samples });
    if (given.against?.length === 0) throw activationError("set-empty", { flag: "--against" });
    const models = given.checkpoints && checkpointModels(given.checkpoints);
    const { layers, options } = await plan(job);

    yield { kind: "progress", done: 0, total: 1, what: `running ${layers.length} layers` };
    let findings = passFindings(job, await capture(job, layers, { below: options.below }), options);
    if (!given.against && !models) return findings;
    yield { kind: "partial", findings };

    const set = given.against;
    const chunks = set ? (): AsyncIterable<Chunk> => chunksOf(job, set) : (): AsyncIterable<Chunk> => theInput(job);
    const total = set?.length ?? samples;
    if (set) {
      const running = measureSet(job.model, layers, chunks(), job, { below: options.below });
      let step = await running.next();
      for (; !step.done; step = await running.next()) yield { kind: "progress", done: step.value, total: Math.max(total, step.value), what: "looking at the set" };
      findings = merge(findings, setFindings(step.value, options.below, options.top));
      if (models) yield { kind: "partial", findings };
    }
    if (models) {
      const running = measureCheckpoints(job, models, layers, chunks);
      let step = await running.next();
      for (; !step.done; step = await running.next()) {
        const { checkpoint, inputs } = step.value;
        yield { kind: "progress", done: checkpoint * total + Math.min(inputs, total), total: models.length * total, what: `looking at ${models[checkpoint]!.file.name}` };
      }
      findings = merge(findings, checkpointFindings(step.value));
      const mapping = mapsOverTraining(job, models, layers, given.sample);
      let maps = await mapping.next();
      for (; !maps.done; maps = await mapping.next()) yield { kind: "progress", done: models.length * total, total: models.length * total, what: `maps of checkpoint ${maps.value}` };
      findings = merge(findings, maps.value);
    }
    return findings;
  },
});

type ActivationJob = Parameters<typeof activation.run>[0];

/** Which layers are run and what is shown of them, checked before anything is. */
async function plan(job: ActivationJob): Promise<{ readonly layers: readonly Layer[]; readonly options: PassOptions }> {
  const { sample, top, normalise, contrast, channelBoost, gamma, zeroBelow: below } = job.params;
  const wanted = parseUnits(job.params.unit ?? []);
  const named = job.params.layers ?? [];
  const layers = [...(await selectLayers(job, named))];
  const units: PassOptions["units"][number][] = [];
  for (const one of wanted) {
    const layer = await job.model.layer(one.layer, feedsForShapes(job));
    checkUnit(one, layer);
    units.push({ wanted: one, value: layer.value });
    // A unit is shown whether its layer was asked for or not.
    if (!layers.some(({ value }) => value === layer.value)) layers.push(layer);
  }
  return { layers, options: { sample, top, normalise, contrast, channelBoost, gamma, below, units } };
}

/** The input itself as the set. */
async function* theInput({ feeds, samples, inputs }: Pick<Job, "feeds" | "samples" | "inputs">): AsyncGenerator<Chunk> {
  const [label = "input"] = Object.values(inputs).map((input) => input.label);
  yield await Promise.resolve({ feeds, labels: samples === 1 ? [label] : Array.from({ length: samples }, (_, i) => `${label} #${i}`) });
}

function merge(a: Findings, b: Findings): Findings {
  return { ...a, tensors: { ...a.tensors, ...b.tensors }, facts: { ...a.facts, ...b.facts }, views: [...a.views, ...b.views] };
}
