import { backwardRules, defineMethod, differentiation, type Findings, type Job, type Update } from "@vitrine/core";
import { citations } from "./citations.js";
import { occlusionError } from "./errors.js";
import { factsOf } from "./facts.js";
import { followedLayer } from "./layer.js";
import { measuresOf, type Measures } from "./measure.js";
import { occlusionParameters, type OcclusionParameters } from "./parameters.js";
import { planOf, type Plan } from "./plan.js";
import { occlusionReport } from "./report.js";
import { resultsOf, tensorsOf } from "./results.js";
import { measureClean, sweep, type Clean, type SweepState } from "./sweep.js";
import { projectionsOf, projectionTensors, type Projections } from "./projection.js";
import { drawnSamples } from "./drawn.js";
import { draw } from "./views.js";

/** A partial picture at most this often, in milliseconds; after a completed grid a little sooner. */
const partialEvery = 1000;
const partialAfterGrid = 200;
/** Nor where the whole is there as soon as a picture of a part would be looked at. */
const partialBefore = 500;
/** And never so often that drawing takes more than this share of the time. */
const partialShare = 0.02;

/**
 * Slides a window over the input (or takes out the groups of a mask), and measures what the network says then.
 *
 * Tensors: `attribution` (the input's shape), `scores` (the input's axes, a number per window position; with a mask
 * [batch, groups]), `topClass` and `topProbability` alike; where a layer is followed `featureMap`, and `deconvnet`, the followed
 * map's projection onto the input, where `deconv` and differentiation are installed. Further inputs end in `/NAME`. Partial findings have `visited` besides.
 */
export const occlusion = defineMethod({
  id: "occlusion",
  title: "Occlusion",
  summary: "Which part of the input does the answer need? Hides part after part, and measures what changes.",
  citations: [citations.zeilerFergus, citations.captum, citations.tfExplain, citations.pair, citations.xplique],
  params: occlusionParameters,
  // The followed map is projected back where they are there.
  mayUse: [differentiation, backwardRules],
  report: occlusionReport,
  examples: [
    "run occlusion zoo:scenes --input zoo:dog-grass --out out",
    "run occlusion model.onnx --input dog.jpg --preset zeiler-fergus --out out",
    "run occlusion model.onnx --input x.npy --window 3,16,16 --stride 3,8,8 --baseline 0 --target class:7 --out out",
    "run occlusion model.onnx --input dog.jpg --mask superpixels.npy --baseline mean --out out",
  ],
  async *run(job): AsyncGenerator<Update, Findings> {
    const began = performance.now();
    const plan = planOf(job);
    const layer = await followedLayer(job, plan.inputs[0]!);
    const measures = await measuresOf(job, plan.preset, layer);
    const clean = await measureClean(job, measures);
    const failed = clean.scores.findIndex((score) => !Number.isFinite(score));
    if (failed >= 0) throw occlusionError("score-not-finite", { score: clean.scores[failed]!, target: measures.target.titles[failed]! });

    const projections = await projectionsOf(job, plan, measures.feature, clean);
    const what = plan.inputs.every((input) => input.groups) ? "groups" : "windows";
    const tell = (state: SweepState): Findings => findingsOf(job, plan, measures, clean, projections, state, (performance.now() - began) / 1000);
    let last: SweepState | undefined;
    const swept = performance.now();
    let told = swept;
    let cost = 0;
    for await (const state of sweep(job, plan, measures, clean)) {
      last = state;
      yield { kind: "progress", done: state.done, total: state.total, what };
      const now = performance.now();
      const since = now - told;
      const remaining = ((now - swept) / state.done) * (state.total - state.done);
      const due = remaining >= partialBefore && since >= (state.completedGrid ? partialAfterGrid : partialEvery) && since >= cost / partialShare;
      if (due && state.measured.some(({ visited }) => visited.includes(1))) {
        const start = performance.now();
        const findings = tell(state);
        told = performance.now();
        cost = told - start;
        yield { kind: "partial", findings };
      }
    }
    return tell(last!);
  },
});

function findingsOf(job: Job<OcclusionParameters>, plan: Plan, measures: Measures, clean: Clean, projections: Projections, state: SweepState, seconds: number): Findings {
  const results = resultsOf(plan, measures, state.measured, clean);
  const tensors = tensorsOf(plan, measures, results, clean);
  const isPartial = state.done < state.total;
  const soFar = isPartial ? `So far, ${Math.floor((100 * state.done) / state.total)} % of it measured:` : undefined;
  const drawn = draw({ model: job.model, plan, measures, clean, projections, results, soFar });
  const notices = [
    ...plan.notices,
    ...measures.notices,
    ...projections.notices,
    ...(isPartial ? [`${state.done} of ${state.total} occluded inputs are measured; places in between show their nearest measured neighbour.`] : []),
    ...(job.samples > drawnSamples ? [`Pictures are drawn of the first ${drawnSamples} of ${job.samples} samples; the tensors hold all.`] : []),
    ...notFinite(results.reduce((count, { measured }) => count + measured.scores.filter((score) => !Number.isFinite(score)).length, 0)),
  ];
  return {
    tensors: { ...tensors, ...projectionTensors(plan, projections), ...drawn.tensors },
    facts: factsOf({ model: job.model, preset: job.params.preset, plan, measures, clean, results, forwardPasses: state.done + job.samples, seconds, runtimeSeconds: state.runtimeSeconds }),
    views: drawn.views,
    ...(notices.length > 0 && { notices }),
  };
}

const notFinite = (count: number): string[] => (count === 0 ? [] : [`The score of ${count} occluded inputs is no finite number: a layer overflows there, and so do the attributions around.`]);
