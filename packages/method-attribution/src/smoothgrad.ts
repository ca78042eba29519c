import { defineMethod, differentiation, explainedValues, float32, gradientGraph, p, seededRandom, type Findings, type Random, type Update } from "@vitrine/core";
import { citations } from "./citations.js";
import { findingsOf } from "./findings.js";
import { movable } from "./movable.js";
import { commonParameters } from "./parameters.js";
import { joined, samplesOf, scoresAt, walk, zeroSums } from "./walk.js";

const variants = ["smoothgrad", "smoothgrad-squared", "vargrad"] as const;
type Variant = (typeof variants)[number];

const words: Readonly<Record<Variant, { readonly meaning: string; readonly unit: string; readonly caption: string }>> = {
  "smoothgrad": {
    meaning: "mean gradient of the target over noisy copies of the input",
    unit: "largest |mean gradient| of the channels",
    caption: "The gradient, averaged over noisy copies of the input so that what changes from copy to copy cancels. It tells what the score is sensitive to around this input; like the gradient, it does not tell how much of the score came from there.",
  },
  "smoothgrad-squared": {
    meaning: "mean squared gradient of the target over noisy copies of the input",
    unit: "largest mean squared gradient of the channels",
    caption: "The squared gradient, averaged over noisy copies of the input. What the score is sensitive to around this input, whichever way; squares let the strongest places stand out, so that the weak ones look weaker than they are.",
  },
  "vargrad": {
    meaning: "variance of the gradient of the target over noisy copies of the input",
    unit: "largest variance of the channels' gradients",
    caption: "How much the gradient varies over noisy copies of the input. Where it is large the network bends near this input; a place on which the score depends evenly has none.",
  },
};

/**
 * The gradients of noisy copies: their mean (Smilkov et al. 2017), mean square (Hooker et al. 2019) or variance (Adebayo et al. 2018).
 * Tensor: `attribution`, of the input's shape; signed for `smoothgrad` alone.
 */
export const smoothgrad = defineMethod({
  id: "smoothgrad",
  title: "SmoothGrad",
  summary: "To which elements of the input is the answer sensitive, once noise is averaged away? The mean gradient of noisy copies.",
  citations: [citations.smilkov, citations.hooker, citations.adebayoLocal],
  params: {
    samples: p.integer({ default: 25, min: 1, max: 10_000, description: "Noisy copies of each input, a gradient each." }),
    sigma: p.number({ default: 0.15, min: 0, max: 10, description: "Deviation of the normal noise, as a fraction of the input's largest minus its smallest value." }),
    variant: p.choice(variants, { default: "smoothgrad", description: "The mean of the signed gradients, the mean of their squares, or their variance." }),
    seed: p.integer({ default: 0, min: 0, description: "Of the noise: the same seed gives the same map." }),
    ...commonParameters,
  },
  needs: [differentiation],
  report: [{
    ways: ({ samples }) => [
      { passes: 4 * 25 * samples },
      { params: { samples: 8 }, passes: 4 * 8 * samples, less: "Of 8 noisy copies instead of 25, so as to fit the time: the map is coarser." },
    ],
  }],
  examples: [
    "run smoothgrad zoo:scenes --input zoo:dog-grass --out out",
    "run smoothgrad model.onnx --input x.npy --target class:7 --samples 50 --variant smoothgrad-squared --out out",
  ],
  async *run(job): AsyncGenerator<Update, Findings> {
    const { samples: points, sigma, variant, seed, wrt, score, outliers } = job.params;
    const { samples } = job;
    const total = samples * points;
    yield { kind: "progress", done: 0, total, what: "noisy copies" };
    const moved = await movable(job, await explainedValues(job, wrt));
    const graph = await gradientGraph(moved.job, { wrt: moved.explained, score, rows: total });
    const scores = await scoresAt(moved, graph, moved.at);
    const own = new Map(graph.wrt.map((each) => [each.value, samplesOf(moved.at.get(each.value)!, each, samples)]));
    const noise = noiseOf(seed);
    // Welford's running mean and sum of squared distances to it: nothing is lost where the variance is small beside the mean.
    const means = zeroSums(graph.wrt, samples);
    const distances = zeroSums(graph.wrt, samples);
    const steps = walk(moved, graph, {
      samples,
      points,
      place: ({ value }, sample, point, into) => {
        const clean = own.get(value)![sample]!;
        const deviation = sigma * spanOf(clean);
        const copy = noise(value, point, clean.length);
        for (let i = 0; i < into.length; i++) into[i] = clean[i]! + deviation * copy[i]!;
      },
      use: ({ value }, sample, point, gradient) => {
        const mean = means.get(value)![sample]!;
        const distance = distances.get(value)![sample]!;
        for (let i = 0; i < mean.length; i++) {
          const slope = gradient[i]!;
          const before = slope - mean[i]!;
          mean[i]! += before / (point + 1);
          distance[i]! += before * (slope - mean[i]!);
        }
      },
    });
    const findings = (done: number): Findings => {
      const attributions = new Map(graph.wrt.map((each) => {
        const parts = means.get(each.value)!.map((mean, sample) => {
          if (variant === "smoothgrad") return mean;
          const copies = Math.max(1, Math.floor((done - 1 - sample) / samples) + 1);
          const variance = distances.get(each.value)![sample]!.map((sum) => sum / copies);
          return variant === "vargrad" ? variance : variance.map((spread, i) => spread + mean[i]! ** 2);
        });
        return [each.value, joined(each, parts)];
      }));
      return findingsOf({
        explained: graph.wrt,
        attributions,
        drawn: new Map([...attributions].map(([value, { shape, data }]) => [value, float32(shape, data.map(Math.abs))])),
        ...words[variant],
        titles: graph.target.titles, scores, outliers, reduction: "max", signed: false,
        title: (target) => `Where small changes would move ${target}, noise averaged away`,
        facts: { copies: points, sigma, seed },
      });
    };
    let told = 0;
    for await (const done of steps) {
      yield { kind: "progress", done, total, what: "noisy copies" };
      if (done < total && done >= samples && done >= 2 * told) {
        told = done;
        yield { kind: "partial", findings: findings(done) };
      }
    }
    return findings(total);
  },
});

const spanOf = (values: Float32Array): number => {
  let [least, most] = [Infinity, -Infinity];
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return most - least;
};

/** Standard normal noise of each copy. All samples of a batch get the same: a sample's map does not depend on its neighbours. */
function noiseOf(seed: number): (value: string, point: number, length: number) => Float32Array {
  const streams = new Map<string, { readonly random: Random; point: number; noise: Float32Array }>();
  return (value, point, length) => {
    let stream = streams.get(value);
    if (!stream) {
      // A stream for each value: in what order a batch asks for them does not matter.
      stream = { random: seededRandom(seed ^ Math.imul(streams.size, 0x9e3779b1)), point: -1, noise: new Float32Array(0) };
      streams.set(value, stream);
    }
    if (stream.point !== point) {
      const { random } = stream;
      stream.noise = Float32Array.from({ length }, () => random.normal());
      stream.point = point;
    }
    return stream.noise;
  };
}
