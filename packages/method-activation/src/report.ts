import type { Parameter, ReportPart } from "@vitrine/core";

/** The parameter that it gives. */
type Shape = {
  readonly checkpoints: Parameter<readonly unknown[] | undefined>;
};

/** Copying every layer to the host and drawing it costs about as much as running the network a few times. */
const passesWithDrawing = 4;

/** What each layer saw; and, where checkpoints are known, how sparse, dead and local it became. */
export const activationReport: readonly ReportPart<Shape>[] = [
  { section: "saw", ways: ({ samples }) => [{ passes: passesWithDrawing * samples }] },
  {
    section: "training",
    title: "Activation over training",
    ways: ({ samples, checkpoints }) => (checkpoints.length === 0 ? [] : [{ params: { checkpoints }, passes: samples * (passesWithDrawing + 2 * checkpoints.length), group: "Over training" }]),
  },
];
