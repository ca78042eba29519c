import {
  coreError, defineMethod, differentiation, explainedValues, fillTensor, gradientGraph, p, perInput, showFill, valueFor,
  type Explained, type Fact, type Fill, type Findings, type PerInput, type PreparedInput, type Tensor, type Update,
} from "@vitrine/core";
import { citations } from "./citations.js";
import { findingsOf } from "./findings.js";
import { movable, type Movable } from "./movable.js";
import { commonParameters } from "./parameters.js";
import { coarseToFine, quadrature, schemes } from "./quadrature.js";
import { joined, samplesOf, scoresAt, walk, zeroSums } from "./walk.js";

/** A gap of this share of the change in score is said aloud. */
const largeGap = 0.05;

/**
 * (x − x′) · ∫ ∂f(x′ + α (x − x′)) dα (Sundararajan et al. 2017): how much each element contributed to the change of the score
 * from the baseline x′ to the input. Tensor: `attribution`, of the input's shape.
 */
export const integratedGradients = defineMethod({
  id: "integrated-gradients",
  title: "Integrated gradients",
  summary: "How much did each element add to the score, on the way from a baseline to this input? The gradients along the way, summed.",
  citations: [citations.sundararajan],
  params: {
    steps: p.integer({ default: 50, min: 1, max: 10_000, description: "Points on the way from the baseline to the input, a gradient each." }),
    scheme: p.choice(schemes, { default: "gauss-legendre", description: "How the integral becomes a sum. captum-trapezoid is Captum's riemann_trapezoid, whose weights sum to (steps − 1)/steps." }),
    baseline: perInput(p.fill({ default: { kind: "value", value: 0 }, description: "Where the way begins: a number or .npy file in the model's input space, pixel:NUMBER before normalisation, or mean, blur, noise." })),
    seed: p.integer({ default: 0, min: 0, description: "Of a baseline of noise." }),
    ...commonParameters,
  },
  needs: [differentiation],
  report: [{
    ways: ({ samples }) => [
      { passes: 4 * 50 * samples },
      { params: { steps: 16 }, passes: 4 * 16 * samples, less: "In 16 steps instead of 50, so as to fit the time: the completeness gap tells what that cost." },
    ],
  }],
  examples: [
    "run integrated-gradients zoo:scenes --input zoo:dog-grass --out out",
    "run integrated-gradients zoo:scenes --input zoo:dog-grass --baseline blur --out out",
    "run integrated-gradients model.onnx --input x.npy --target class:7 --steps 200 --out out",
  ],
  async *run(job): AsyncGenerator<Update, Findings> {
    const { steps, scheme, wrt, score, outliers } = job.params;
    const { samples } = job;
    const { nodes, weights } = quadrature(scheme, steps);
    const total = samples * steps;
    yield { kind: "progress", done: 0, total, what: "steps" };
    const moved = await movable(job, await explainedValues(job, wrt));
    checkNames(job.params.baseline, moved.explained);
    const fills = new Map(moved.explained.map((each) => [each.value, fillOf(job.params.baseline, each)]));
    const baselines = new Map(moved.explained.map((each) => [each.value, fillTensor(fills.get(each.value)!, preparedOf(each, moved), job.params.seed)]));
    const graph = await gradientGraph(moved.job, { wrt: moved.explained, score, rows: total });
    const [scores, baselineScores] = [await scoresAt(moved, graph, moved.at), await scoresAt(moved, graph, new Map(graph.wrt.map(({ value }) => [value, baselines.get(value)!])))];

    const perSample = (of: ReadonlyMap<string, Tensor>): ReadonlyMap<string, Float32Array[]> => new Map(graph.wrt.map((each) => [each.value, samplesOf(of.get(each.value)!, each, samples)]));
    const [to, from] = [perSample(moved.at), perSample(baselines)];
    const sums = zeroSums(graph.wrt, samples);
    const order = coarseToFine(steps);
    const passed = new Float64Array(samples);
    const points = walk(moved, graph, {
      samples,
      points: steps,
      place: ({ value }, sample, point, into) => {
        const [start, end, alpha] = [from.get(value)![sample]!, to.get(value)![sample]!, nodes[order[point]!]!];
        for (let i = 0; i < into.length; i++) into[i] = start[i]! + alpha * (end[i]! - start[i]!);
      },
      use: (each, sample, point, gradient) => {
        const weight = weights[order[point]!]!;
        if (each === graph.wrt[0]) passed[sample]! += weight;
        const sum = sums.get(each.value)![sample]!;
        for (let i = 0; i < sum.length; i++) sum[i]! += weight * gradient[i]!;
      },
    });
    const whole = weights.reduce((a, b) => a + b, 0);
    const attributionsNow = (): ReadonlyMap<string, Tensor<"float32">> => new Map(graph.wrt.map((each) => [each.value, joined(each, sums.get(each.value)!.map((sum, sample) => {
      const [start, end] = [from.get(each.value)![sample]!, to.get(each.value)![sample]!];
      // What has been summed so far stands for the whole way.
      const scale = passed[sample]! > 0 ? whole / passed[sample]! : 0;
      return sum.map((slope, i) => scale * slope * (end[i]! - start[i]!));
    }))]));
    const findings = (attributions: ReadonlyMap<string, Tensor<"float32">>, facts: Readonly<Record<string, Fact>>, notices: readonly string[]): Findings => findingsOf({
      explained: graph.wrt, attributions,
      meaning: "contribution to the change of the target's score from the baseline to the input",
      titles: graph.target.titles, scores, outliers, reduction: "sum", signed: true, unit: "contribution, summed over channels",
      title: (target) => `What adds to ${target}, and what takes away`,
      caption: `Contributions that add up to the change of the score from the baseline (${[...new Set([...fills.values()].map(showFill))].join(", ")}) to this input. Another baseline gives another answer: what looks like the baseline gets nothing, however much it matters.`,
      facts: { baselineScore: fact(baselineScores), ...facts },
      notices,
    });
    let told = 0;
    for await (const done of points) {
      yield { kind: "progress", done, total, what: "steps" };
      if (done < total && done >= samples && done >= 2 * told) {
        told = done;
        yield { kind: "partial", findings: findings(attributionsNow(), {}, []) };
      }
    }
    const attributions = attributionsNow();
    const { gaps, notice } = completeness(graph.wrt, attributions, samples, graph.target.titles, scores, baselineScores);
    return findings(attributions, { completenessGap: fact(gaps) }, notice === undefined ? [] : [notice]);
  },
});

const fact = (values: ArrayLike<number>): Fact => (values.length === 1 ? values[0]! : Array.from(values));

const isFill = (given: PerInput<Fill>): given is Fill => typeof (given as Partial<Fill>).kind === "string";

function fillOf(given: PerInput<Fill>, { name }: Explained): Fill {
  return valueFor(given, name, isFill) ?? { kind: "value", value: 0 };
}

function checkNames(given: PerInput<Fill>, explained: readonly Explained[]): void {
  const known = explained.map(({ name }) => name);
  const unknown = isFill(given) ? undefined : Object.keys(given).find((name) => !known.includes(name));
  if (unknown !== undefined) throw coreError("input-unknown", { input: unknown, known });
}

/** A layer takes the fills that need no pixels. */
function preparedOf({ value, name, input }: Explained, { at }: Movable): PreparedInput {
  return input ?? { name, tensor: at.get(value)!, spec: { kind: "layer" }, label: name };
}

/** Σ attribution − (f(x) − f(x′)) of each sample, and what to say where it is large. */
function completeness(wrt: readonly Explained[], attributions: ReadonlyMap<string, Tensor>, samples: number, titles: readonly string[], scores: Float32Array, baselineScores: Float32Array): { gaps: number[]; notice: string | undefined } {
  const sums = new Float64Array(samples);
  for (const each of wrt) samplesOf(attributions.get(each.value)!, each, samples).forEach((values, sample) => (sums[sample]! += values.reduce((a, b) => a + b, 0)));
  const gaps = Array.from(sums, (sum, sample) => sum - (scores[sample]! - baselineScores[sample]!));
  const share = gaps.map((gap, sample) => Math.abs(gap) / Math.max(Math.abs(scores[sample]! - baselineScores[sample]!), 1e-6 * Math.abs(scores[sample]!), 1e-12));
  const worst = share.indexOf(Math.max(...share));
  if (!(share[worst]! > largeGap)) return { gaps, notice: undefined };
  const where = samples === 1 ? "" : ` (sample ${worst})`;
  return { gaps, notice: `The contributions to ${titles[worst]!}${where} sum to ${brief(sums[worst]!)}, and the score changed by ${brief(scores[worst]! - baselineScores[worst]!)} from the baseline: these steps miss part of the way. More of them close the gap (--steps), unless the target itself jumps along the way.` };
}

const brief = (value: number): string => String(Number(value.toPrecision(3)));
