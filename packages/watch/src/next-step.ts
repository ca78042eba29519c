/** What is done next with the states that wait. */
export type Step =
  /** The one that waits longest is measured, with pictures if it is to have some. */
  | "measure"
  /** It is measured without them. */
  | "measure-plainly"
  /** One of them is left out. */
  | "give-up"
  | "wait";

export interface Situation {
  /** How many states wait, and whether they take more memory than they may. */
  readonly waiting: number;
  readonly full: boolean;
  /** Whether the one that waits longest is to have pictures. */
  readonly pictured: boolean;
  /** Whether it is to have all that the last one has, so that nothing depends on whether it is the last. */
  readonly whole: boolean;
  /** Whether any was measured: the very first is never measured without pictures. */
  readonly begun: boolean;
  /** Milliseconds that may be spent, and what a state costs with pictures and without. */
  readonly allowance: number;
  readonly costs: { readonly pictured: number; readonly plain: number };
}

/**
 * Measures while there is time for it, waits while there is memory for it, and then gives up pictures before states. The newest waits
 * until it is known whether it is the last, which has pictures in any case.
 */
export function nextStep({ waiting, full, pictured, whole, begun, allowance, costs }: Situation): Step {
  const isDue = waiting > 1 || (waiting === 1 && whole);
  if (isDue && allowance >= (pictured ? costs.pictured : costs.plain)) return "measure";
  if (!full) return "wait";
  return begun && allowance >= costs.plain ? "measure-plainly" : "give-up";
}
