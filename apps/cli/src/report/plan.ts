import { isVitrineError, type Engine, type Method, type ReportContext, type ReportPart, type ReportSection, type ReportWay } from "@vitrine/core";
import { showSeconds } from "../host/duration.js";
import type { Measured } from "./answer.js";

/** A way to make a part, with what it is expected to take; undefined where nobody knows. */
export interface PricedWay extends ReportWay {
  readonly estimate: number | undefined;
}

/** A part that a method has in this report. */
export interface PlannedPart {
  readonly method: Method;
  readonly section: ReportSection;
  readonly title: string;
  /** The best first; at least one. */
  readonly ways: readonly PricedWay[];
  /** Why it cannot be made at all. */
  readonly refused?: string;
}

const defaultWay: PricedWay = { passes: NaN, estimate: undefined };

/** What every method has to say in this report, in the order in which methods are installed. */
export async function partsOf(engine: Engine, context: ReportContext, speed: Pick<Measured, "secondsPerPass" | "secondsToCompile">): Promise<readonly PlannedPart[]> {
  const parts: PlannedPart[] = [];
  for (const method of engine.methods) {
    for (const part of method.report ?? [{} satisfies ReportPart]) {
      const planned = await plan(method, part, context, speed);
      if (planned) parts.push(planned);
    }
  }
  return parts;
}

async function plan(method: Method, part: ReportPart, context: ReportContext, speed: Pick<Measured, "secondsPerPass" | "secondsToCompile">): Promise<PlannedPart | undefined> {
  const section = part.section ?? (method.needsInput === false ? "learned" : method.targeted === false ? "saw" : "decided");
  const base = { method, section, title: part.title ?? method.title };
  const hasInput = Object.keys(context.inputs).length > 0;
  if (!part.ways) return !hasInput && method.needsInput !== false ? { ...base, ways: [defaultWay], refused: "It needs an input, and none was given." } : { ...base, ways: [defaultWay] };
  try {
    // Without an input there is nothing to plan from, save what needs none.
    if (!hasInput && method.needsInput !== false) return section === "training" && context.checkpoints.length === 0 ? undefined : { ...base, ways: [defaultWay], refused: "It needs an input, and none was given." };
    const ways = await part.ways(context);
    return ways.length === 0 ? undefined : { ...base, ways: ways.map((way) => ({ ...way, estimate: priceOf(way, speed) })) };
  } catch (error) {
    return { ...base, ways: [defaultWay], refused: reasonOf(error) };
  }
}

/** A derived graph is compiled once; a larger one takes longer. */
function priceOf({ passes, seconds = 0 }: ReportWay, { secondsPerPass, secondsToCompile }: Pick<Measured, "secondsPerPass" | "secondsToCompile">): number | undefined {
  const price = passes * secondsPerPass + (passes > 0 ? 2 * secondsToCompile : 0) + seconds;
  return Number.isFinite(price) ? price : undefined;
}

/** Why something was not done, in a sentence or two for a reader. */
export function reasonOf(error: unknown): string {
  if (!isVitrineError(error)) return error instanceof Error ? error.message : String(error);
  return error.hint === undefined ? error.message : `${error.message} ${error.hint}`;
}

export interface Choice {
  readonly part: PlannedPart;
  readonly way: PricedWay;
}

export interface Chosen {
  /** In the order in which they are made: cheap ones first, then the first of each section, those of unknown cost last. */
  readonly made: readonly Choice[];
  readonly leftOut: readonly { readonly part: PlannedPart; readonly why: string }[];
}

const cheapest = ({ ways }: PlannedPart): PricedWay => ways.reduce((a, b) => ((b.estimate ?? Infinity) < (a.estimate ?? Infinity) ? b : a));
const lasts = (way: PricedWay): number => way.estimate ?? 0;

/** Of the time, what a part may take to count as cheap. */
const cheapShare = 0.05;

/**
 * As many parts as fit into `seconds`; what is left over makes them as good as it can. Cheap ones come first. Then, of those that are not,
 * the first one of each section: what a reader looks for before the rest, and what is not to fall out where all takes longer than thought.
 */
export function choose(parts: readonly PlannedPart[], seconds: number): Chosen {
  const firsts = new Set(parts.filter((part, i) => part.refused === undefined && parts.findIndex((other) => other.section === part.section && other.refused === undefined) === i));
  const tier = (part: PlannedPart, way: PricedWay): number => (lasts(way) <= cheapShare * seconds ? 0 : firsts.has(part) ? 1 : 2);
  const order = (a: Choice, b: Choice): number => tier(a.part, a.way) - tier(b.part, b.way) || lasts(a.way) - lasts(b.way);
  const leftOut = parts.flatMap((part) => (part.refused === undefined ? [] : [{ part, why: part.refused }]));
  const able = parts.filter(({ refused }) => refused === undefined);
  const known = able.filter(({ ways }) => ways.some(({ estimate }) => estimate !== undefined)).map((part): Choice => ({ part, way: cheapest(part) })).sort(order);
  const chosen = new Map<PlannedPart, PricedWay>();
  let left = seconds;
  for (const { part, way } of known) {
    if (lasts(way) > left) leftOut.push({ part, why: tooLong(way, left) });
    else {
      chosen.set(part, way);
      left -= lasts(way);
    }
  }
  // In the order in which methods are installed: the first are the ones that a reader asks for first.
  for (const part of able) {
    const now = chosen.get(part);
    if (!now) continue;
    const better = part.ways.find(({ estimate }) => estimate !== undefined && estimate - lasts(now) <= left);
    if (!better) continue;
    left -= lasts(better) - lasts(now);
    chosen.set(part, better);
  }
  const made = [...chosen].map(([part, way]) => ({ part, way })).sort(order);
  for (const part of able.filter((one) => !known.some((choice) => choice.part === one))) {
    if (left > 0) made.push({ part, way: part.ways[0]! });
    else leftOut.push({ part, why: `What it takes is not known, and ${leftText(left)}.` });
  }
  return { made, leftOut };
}

/** Why there was no time for it; `pace` is how much slower things go than they were measured to. */
export function tooLong(way: PricedWay, left: number, pace = 1): string {
  return `It takes about ${showSeconds(pace * lasts(way))}, and ${leftText(left)}.`;
}

const leftText = (left: number): string => (left < 0.05 ? "no time of the budget was left" : `${showSeconds(left)} of the budget were left`);
