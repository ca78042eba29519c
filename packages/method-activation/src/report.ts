import type { Parameter, ReportPart } from "@vitrine/core";

/** The parameter that it gives. */
type Shape = {
  readonly checkpoints: Parameter<readonly unknown[] | undefined>;
};

/** Every layer and its statistics are computed, copied to the host and written. */
const passesWithCopies = 4;
const secondsPerLayer = 0.02;

/** What each layer saw; and, where checkpoints are known, how sparse, dead and local it became. */
export const activationReport: readonly ReportPart<Shape>[] = [
  { section: "saw", ways: ({ model, samples }) => [{ passes: passesWithCopies * samples, seconds: 0.3 + secondsPerLayer * model.graph.nodes.length }] },
  {
    section: "training",
    title: "Activation over training",
    ways: ({ model, samples, checkpoints }) => (checkpoints.length === 0 ? [] : [{ params: { checkpoints }, passes: samples * (passesWithCopies + 2 * checkpoints.length), seconds: 0.3 + secondsPerLayer * model.graph.nodes.length * (1 + checkpoints.length), group: "Over training" }]),
  },
];
