import { brief, defineMethod, p, toFloat32, type Citation, type Fact, type FindingTensor, type Findings, type View } from "@vitrine/core";
import { analyseBanks, type BankAnalysis } from "./analysis.js";
import { axesOf, meaningOf } from "./describe.js";
import { checkpointModels, followCheckpoints } from "./checkpoints.js";
import { bankFacts, parameterFacts } from "./facts.js";
import { filterViews, type FilterViewOptions } from "./filter-views.js";
import { colourOrder } from "./first-layer.js";
import { firstLayerViews } from "./first-layer-views.js";
import { foldBatchNorm } from "./fold.js";
import { notice, type Noticed } from "./noticed.js";
import { byFinding, noticedSentence, noticedViews } from "./noticed-views.js";
import { hasInnerWeights, isUnscaled, layersWithoutWeights, modelParameters, type ModelParameter } from "./parameters.js";
import { weightsReport } from "./report.js";
import { selectParameters } from "./select.js";
import { statisticsViews } from "./statistics-views.js";

const citations: readonly Citation[] = [
  { authors: "Zeiler, Fergus", year: 2014, title: "Visualizing and Understanding Convolutional Networks", where: "arXiv:1311.2901" },
  { authors: "Krizhevsky, Sutskever, Hinton", year: 2012, title: "ImageNet Classification with Deep Convolutional Neural Networks", where: "NeurIPS 2012" },
  { authors: "Karpathy and others", year: 2015, title: "CS231n: Understanding and Visualizing Convolutional Neural Networks", where: "https://cs231n.github.io/understanding-cnn/" },
  { authors: "Daugman", year: 1985, title: "Uncertainty relation for resolution in space, spatial frequency, and orientation optimized by two-dimensional visual cortical filters", where: "doi:10.1364/JOSAA.2.001160" },
  { authors: "Bigün, Granlund", year: 1987, title: "Optimal Orientation Detection of Linear Symmetry", where: "ICCV 1987" },
];

const params = {
  layers: p.layers({ description: "Layers whose parameters are looked at, by readable name or graph value; all by default." }),
  foldBatchNorm: p.boolean({ default: false, description: "Fold each batch normalisation into the convolution or dense layer before it: what both compute together." }),
  scale: p.choice(["auto", "filter", "layer", "both"], { default: "auto", description: "Pictures scaled for each filter, over the layer, or both; auto is both for the first layer's colours, each depthwise filter by itself, over the layer for the rest." }),
  symmetric: p.boolean({ description: "Map values symmetrically around zero. Default: for deeper layers in two colours, not for colours over pixels." }),
  nearZero: p.number({ min: 0, max: 1, default: 0.01, description: "A weight is near zero below this share of the largest magnitude in its block." }),
  similar: p.number({ min: 0, max: 1, default: 0.95, description: "Two filters whose |cosine| is above this are duplicates." }),
  checkpoints: p.models({ description: "The same network at several points of its training: spread, size and near-zero share as curves, and the filters side by side." }),
};

/**
 * What a network has learned, looked at directly: its parameters as pictures and numbers, and what in them looks wrong.
 *
 * It needs no input and runs nothing. Tensors `weights/NAME` are the parameters as their operators get them. Of convolutions
 * that look at pixels each filter is sorted into edge, grating, blob, colour or noise by its spectrum (`classifyFilter`), and
 * kernels of 7 × 7 and more are compared with Gabor functions. Named findings, with the numbers they rest on: dead filters,
 * duplicates, noisy filters (CS231n), missing middle frequencies and aliasing after a stride (Zeiler & Fergus 2014, section 4.1, who
 * give no thresholds: these are ours, and are said).
 */
export const weights = defineMethod({
  id: "weights",
  title: "Weights",
  summary: "What did it learn: what do the filters look like, and what is wrong with them?",
  citations,
  params,
  targeted: false,
  needsInput: false,
  report: weightsReport,
  examples: [
    "run weights squeezenet.onnx --out squeezenet",
    "run weights squeezenet.onnx --layers conv1,fire2.squeeze --scale both --out filters",
    "run weights mobilenet.onnx --fold-batch-norm --out mobilenet",
    "run weights epoch-30.onnx --checkpoints epoch-*.onnx --out training",
  ],
  async *run(job) {
    const { model, params: given } = job;
    const models = given.checkpoints && checkpointModels(given.checkpoints);
    const all = modelParameters(model.graph);
    const { parameters, folds } = given.foldBatchNorm ? foldBatchNorm(model.graph, all) : { parameters: all, folds: [] };
    const chosen = selectParameters(model, parameters, given.layers ?? []);

    const running = analyseBanks(model.graph, chosen, given);
    let step = running.next();
    for (; !step.done; step = running.next()) {
      yield { kind: "progress", ...step.value };
      await breathe(job.signal);
    }
    const banks = step.value;
    const options: FilterViewOptions = { scale: given.scale, symmetric: given.symmetric, rgb: colourOrder(model.spec) };
    const found = present(chosen, banks, options, given);
    const chosenLayers = new Set(chosen.map(({ layer }) => layer));
    const facts: Record<string, Fact> = { ...found.facts, ...(given.foldBatchNorm && { folded: folds.filter(({ layer }) => chosenLayers.has(layer)).map((fold) => ({ ...fold })) }) };
    const notices = [
      ...(given.foldBatchNorm && folds.length === 0 ? ["No batch normalisation could be folded: none alone uses the output of a convolution or a dense layer."] : []),
      ...unshown(layersWithoutWeights(model.graph)),
      ...(chosen.some(isUnscaled) ? ["Weights of ConvInteger and MatMulInteger are shown as whole numbers without their zero point: their scale is applied after the product."] : []),
      ...(hasInnerWeights(model.graph) ? ["Weights inside the bodies of Loop, If and Scan are not shown."] : []),
    ];
    const findings: Findings = { ...found, facts, ...(notices.length > 0 && { notices }) };
    if (!models) return findings;
    yield { kind: "partial", findings };

    const followed = banks.map(({ parameter, bank, first }) => ({ parameter, bank, first: first !== undefined }));
    const following = followCheckpoints(job, models, followed, { ...options, fold: given.foldBatchNorm, nearZero: given.nearZero });
    let next = following.next();
    for (; !next.done; next = following.next()) {
      yield { kind: "progress", done: next.value, total: models.length, what: `reading checkpoint ${next.value} of ${models.length}` };
      await breathe(job.signal);
    }
    const { value: training } = next;
    return { ...findings, tensors: { ...findings.tensors, ...training.tensors }, facts: { ...facts, ...training.facts }, views: [...findings.views, ...training.views] };
  },
});

const unshown = (layers: readonly string[]): string[] =>
  layers.length === 0 ? [] : [`The weights of ${brief(layers.join(", "), 200)} are not shown: they are computed before they are used.`];

/** Lets others run; stops where the caller has cancelled. */
async function breathe(signal: AbortSignal): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
  signal.throwIfAborted();
}

interface Thresholds {
  readonly nearZero: number;
  readonly similar: number;
}

function present(parameters: readonly ModelParameter[], banks: readonly BankAnalysis[], options: FilterViewOptions, { nearZero, similar }: Thresholds): Findings {
  const tensors: Record<string, FindingTensor> = {};
  for (const parameter of parameters) {
    tensors[`weights/${parameter.name}`] = { tensor: parameter.tensor, axes: axesOf(parameter), meaning: meaningOf(parameter), ...(parameter.value !== undefined && { value: parameter.value }) };
  }
  const noticed: Noticed[] = [];
  const first: View[] = [];
  const deeper: View[] = [];
  for (const one of banks) {
    const own = notice(one);
    noticed.push(...own);
    const shown = filterViews(one, own, options);
    Object.assign(tensors, shown.tensors);
    (one.first ? first : deeper).push(...shown.views);
    if (!one.first) continue;
    const more = firstLayerViews(one);
    Object.assign(tensors, more.tensors);
    first.push(...more.views);
  }
  const statistics = statisticsViews(banks, nearZero);
  Object.assign(tensors, statistics.tensors);
  const facts: Record<string, Fact> = {
    summary: noticedSentence(noticed, banks.length),
    parameterCount: parameters.reduce((sum, { tensor }) => sum + tensor.data.length, 0),
    noticed: byFinding(noticed).map(({ finding, layer, parameter, says, evidence }) => ({ finding, layer, parameter, says, evidence })),
    parameters: parameterFacts(parameters, ({ tensor }) => toFloat32(tensor), nearZero),
    filters: bankFacts(banks),
    nearZero, similar,
  };
  return { tensors, facts, views: [...noticedViews(noticed, banks.length, similar), ...first, ...statistics.views, ...deeper] };
}
