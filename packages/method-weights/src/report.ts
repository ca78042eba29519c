import type { Parameter, ReportContext, ReportPart, ReportWay } from "@vitrine/core";

/** The parameter that it gives. */
type Shape = {
  readonly checkpoints: Parameter<readonly unknown[] | undefined>;
};

/** Classifying and fitting filters, in weights looked at per second. */
const weightsPerSecond = 1e6;

/** What the filters look like; and, where checkpoints are known, how they came to. */
export const weightsReport: readonly ReportPart<Shape>[] = [
  { section: "learned", ways: (context) => [work(context, {})] },
  {
    section: "training",
    title: "Weights over training",
    ways: (context) => (context.checkpoints.length === 0 ? [] : [{ ...work(context, { checkpoints: context.checkpoints }), group: "Over training" }]),
  },
];

function work({ model, checkpoints }: ReportContext, params: { readonly checkpoints?: readonly unknown[] }): ReportWay<Shape> {
  const count = [...model.graph.constants.values()].reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  return { params, passes: 0, seconds: 0.5 + (count * (1 + 0.1 * (params.checkpoints ? checkpoints.length : 0))) / weightsPerSecond };
}
