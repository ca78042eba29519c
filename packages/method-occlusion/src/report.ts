import { finalSoftmax, resolveParameters, type ParameterInput, type ReportContext, type ReportPart, type ReportWay } from "@vitrine/core";
import { occlusionError } from "./errors.js";
import { occlusionParameters } from "./parameters.js";
import { planOf, type Plan } from "./plan.js";

type Shape = typeof occlusionParameters;

/** How much coarser a sweep gets where there is no time for all of it. */
const coarser: readonly { readonly strideOfWindow: number; readonly widen: number; readonly less: string }[] = [
  { strideOfWindow: 1 / 2, widen: 1, less: "The window moves by half its side instead of a quarter, so as to fit the time." },
  { strideOfWindow: 1, widen: 1, less: "The windows lie side by side and do not overlap, so as to fit the time." },
  { strideOfWindow: 1, widen: 1.75, less: "The windows are about a quarter of the side and do not overlap, so as to fit the time." },
];

/** Occlusion answers what decided: by grey where there are pixels, and by the logit, which moves where a probability stays at its bound. */
export const occlusionReport: readonly ReportPart<Shape>[] = [{ section: "decided", ways }];

function ways(context: ReportContext): ReportWay<Shape>[] {
  const base = baseOf(context);
  const plan = plannedWith(context, base);
  if (plan.inputs.every(({ parts }) => parts.count < 2)) throw occlusionError("places-none", { inputs: plan.inputs.map(({ name }) => name) });
  const found: ReportWay<Shape>[] = [{ params: base, passes: passesOf(plan, context) }];
  for (const { strideOfWindow, widen, less } of coarser) {
    const params = { ...base, ...sizesOf(plan, strideOfWindow, widen) };
    const passes = passesOf(plannedWith(context, params), context);
    if (passes < found.at(-1)!.passes) found.push({ params, passes, less });
  }
  return found;
}

function baseOf({ model, inputs, targets }: ReportContext): ParameterInput<Shape> {
  const pixels = Object.values(inputs).some((input) => input.fromPixel !== undefined);
  const list = Array.isArray(targets) ? targets : [targets];
  const isClass = list.every((target: { readonly kind: string }) => target.kind === "top" || target.kind === "class");
  return {
    ...(pixels && { baseline: { kind: "pixel", value: 127.5 } as const }),
    ...(isClass && finalSoftmax(model.graph, model.output.name) !== undefined && { score: "logit" as const }),
  };
}

function plannedWith({ model, inputs, samples }: ReportContext, given: ParameterInput<Shape>): Plan {
  return planOf({ model, inputs, params: resolveParameters("occlusion", occlusionParameters, given), samples, batch: 1 });
}

const passesOf = (plan: Plan, { samples }: ReportContext): number => samples * (1 + plan.inputs.reduce((sum, { parts }) => sum + parts.count, 0));

/** Sizes by input, as inputs differ in theirs. */
function sizesOf(plan: Plan, strideOfWindow: number, widen: number): Pick<ParameterInput<Shape>, "window" | "stride"> {
  const window: Record<string, number[]> = {};
  const stride: Record<string, number[]> = {};
  for (const { name, grid, places } of plan.inputs) {
    if (!grid) continue;
    window[name] = grid.window.map((extent, axis) => (places.includes(axis) ? Math.min(grid.size[axis]!, Math.round(extent * widen)) : extent));
    stride[name] = window[name].map((extent, axis) => (places.includes(axis) ? Math.max(1, Math.round(extent * strideOfWindow)) : extent));
  }
  const [only] = Object.keys(window);
  return plan.inputs.length === 1 && only !== undefined ? { window: window[only]!, stride: stride[only]! } : { window, stride };
}
