import type { GraphBuilder } from "../graph/builder.js";
import type { Tensor } from "../tensor/tensor.js";

/** A range of one axis in a raw slice. `null` is all of it. */
export type SliceIndex = number | null;

/** What is explained. The text form is that of the command line; see `parseTarget`. */
export type Target =
  /** Each sample's own strongest class (of the last step, for a sequence). */
  | { readonly kind: "top"; readonly step?: number }
  | { readonly kind: "class"; readonly index: number; readonly step?: number }
  | { readonly kind: "class"; readonly label: string; readonly step?: number }
  /** One unit: the sum over its positions, the one at `position`, or (`channel-max`) its single strongest one. */
  | { readonly kind: "unit"; readonly layer: string; readonly unit: number; readonly position?: readonly number[] }
  | { readonly kind: "channel-max"; readonly layer: string; readonly unit: number }
  /** The inner product of a layer with a direction of one number per unit, summed over positions. */
  | { readonly kind: "direction"; readonly layer: string; readonly direction: Tensor }
  /** The sum of a raw slice of a graph value: one entry per axis, the batch first; missing ones are all of it. */
  | { readonly kind: "value"; readonly name: string; readonly index: readonly SliceIndex[] }
  /** A weighted sum of targets: the contrast of two classes is `[1, a], [-1, b]`. */
  | { readonly kind: "sum"; readonly terms: readonly { readonly weight: number; readonly target: Target }[] }
  /** Anything else: a function from graph values to a value of shape [batch]. */
  | { readonly kind: "function"; readonly title: string; readonly build: (builder: GraphBuilder) => string };

/** One target for all samples, or one for each. */
export type Targets = Target | readonly Target[];
