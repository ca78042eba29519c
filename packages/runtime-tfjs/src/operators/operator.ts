import type { Node, Tensor } from "@vitrine/core";
import { Refusal } from "../errors.js";
import type { Held } from "../value.js";
import type { Fused } from "../fold.js";

/** Of a `Folding`, the values. */
export interface Folded {
  /** Names what it makes of weights. */
  readonly name: string;
  readonly before: readonly Held[];
  readonly after: readonly { readonly node: Node; readonly values: readonly Held[] }[];
}

/** One application of an operator on the device. */
export interface Call {
  readonly node: Node;
  /** Undefined where an optional input is left out. */
  readonly inputs: readonly (Held | undefined)[];
  /** An activation that the plan has moved into this node. */
  readonly fused: Fused | undefined;
  /** Constants that the plan has moved into the weights and the bias of this convolution. */
  readonly folded: Folded | undefined;
  /** `wasm`, `webgl`: where kernels differ. */
  readonly backend: string;
}

/** What an operator computes, in order. Tensors made on the way are freed by the executor, which runs it in a scope of its own. */
export type DeviceOperator = (call: Call) => readonly (Held | undefined)[];

/** The same in host memory, exactly: for shapes, indices and small constants. */
export type HostOperator = (node: Node, inputs: readonly (Tensor | undefined)[]) => readonly (Tensor | undefined)[];

export interface Operator {
  readonly device?: DeviceOperator;
  /** Taken where every input lies on the host already and prefers to stay. */
  readonly host?: HostOperator;
  /** Integers are always computed on the host: 32 bits could overflow without a word. */
  readonly exact?: boolean;
  /** Nodes that no kernel computes: what is on the device is read for them. */
  readonly onHost?: (node: Node, inputs: readonly (Held | undefined)[]) => boolean;
  /** Inputs that `device` reads on the host: shapes, axes, pads. */
  readonly reads?: readonly number[];
  /** Why a node cannot be run here, in half a sentence; undefined where it can. */
  readonly refuses?: (node: Node, backend: string) => string | undefined;
}

/** The input at `index`. @throws where it is left out */
export function input(call: Pick<Call, "inputs">, index: number): Held {
  const found = call.inputs[index];
  if (!found) throw new Refusal(`its input ${index} is missing`);
  return found;
}

/** A negative axis counts from the back. */
export function axisOf(axis: number, rank: number): number {
  const positive = axis < 0 ? axis + rank : axis;
  if (!(positive >= 0 && positive < rank)) throw new Refusal(`it has no axis ${axis}: the value has ${rank}`);
  return positive;
}

/** Numbers of an input that was read to the host; undefined where it is left out. */
export function numbersAt(call: Pick<Call, "inputs">, index: number): number[] | undefined {
  const host = call.inputs[index]?.host();
  return host && Array.from(host.data as Float64Array, Number);
}
