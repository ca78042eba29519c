import { sizeOf, toNumbers, type Constant } from "@vitrine/core";
import type { Held, Order, Shape, Size } from "../build/held.js";
import type { Layout } from "../build/layout.js";
import type { ScopedBuilder } from "../build/scoped-builder.js";
import { tfjsError } from "../errors.js";
import type { NodeAttributes, TfType } from "./attributes.js";

/** A value of a TensorFlow graph. */
export interface TfValue extends Held {
  /** Of a whole number or a list of them: what is known of each, where it is computed from shapes. */
  readonly elements?: readonly Size[];
  /** Where it is no tensor but a list of them. */
  readonly list?: TfList;
}

/** A TensorList, or a TensorArray's flow: its elements all have one shape. */
export type TfList = { readonly dtype: TfType | undefined } & (
  /** All elements in the one value that it is, [count, …element]. */
  | { readonly kind: "stacked" }
  /** What has been written so far, a value each; the list itself is no value. */
  | { readonly kind: "written"; readonly written: readonly TfValue[] }
  /** Inside a loop, a list that gets one element a round; no value. */
  | { readonly kind: "growing"; readonly added?: { readonly element: TfValue; readonly index: TfValue | undefined } }
  /** A TensorArray's handle: what it holds goes with its flow. */
  | { readonly kind: "handle" }
);

export type NodeRule = (call: NodeCall) => TfValue | readonly TfValue[];
export type NodeRules = Readonly<Record<string, NodeRule>>;

/** Lists longer than this are no shapes. */
const mostElements = 64;

/** One node to be translated. */
export class NodeCall {
  constructor(
    readonly b: ScopedBuilder,
    readonly layout: Layout,
    readonly name: string,
    readonly op: string,
    readonly inputs: readonly TfValue[],
    readonly attributes: NodeAttributes,
    /** What the user should know of the file. */
    readonly notices: Set<string> = new Set(),
  ) {}

  input(i: number): TfValue {
    return this.inputs[i] ?? this.invalid(`it has ${this.inputs.length} inputs, and input ${i} is needed`);
  }

  /** Input `i` in the graph, with its axes as the file means them. */
  plain(i: number): string {
    return this.layout.plain(this.input(i));
  }

  /** The whole numbers that input `i` holds, where all are known. */
  known(i: number): readonly number[] | undefined {
    const { elements = listOf(this.input(i), 2) } = this.input(i);
    return elements?.includes(null) === false ? (elements as readonly number[]) : undefined;
  }

  /** What is known of each of the whole numbers that input `i` holds. */
  elements(i: number): readonly Size[] | undefined {
    return this.input(i).elements ?? listOf(this.input(i), 1);
  }

  /** The same, which must be known. */
  numbers(i: number, what: string): readonly number[] {
    return this.known(i) ?? this.fail(`its ${what} are computed from data`);
  }

  /** A new value in its own order of axes. */
  value(value: string, shape?: Shape, more: { order?: Order | undefined; elements?: readonly Size[] | undefined } = {}): TfValue {
    return { value, shape, order: more.order, ...(more.elements && { elements: more.elements }) };
  }

  constant(constant: Constant, hint = this.name): TfValue {
    return heldConstant(this.b, constant, hint);
  }

  rank(i: number): number {
    return this.input(i).shape?.length ?? this.fail(`the number of axes of its input ${i} is not known`);
  }

  /** The graph asks for what cannot be translated. */
  fail(why: string): never {
    throw tfjsError("tfjs-op", { node: this.name, op: this.op, why });
  }

  /** The file contradicts itself. */
  invalid(why: string): never {
    throw tfjsError("tfjs-node", { node: this.name, op: this.op, why });
  }
}

export function heldConstant(b: ScopedBuilder, constant: Constant, hint: string): TfValue {
  return { value: b.constant(constant, hint), shape: constant.shape, order: undefined, constant };
}

/** The numbers of a small constant of at most `rank` axes. */
function listOf({ constant }: TfValue, rank: number): readonly number[] | undefined {
  if (!constant || constant.dtype === "string" || constant.shape.length > rank || sizeOf(constant.shape) > mostElements) return undefined;
  return toNumbers(constant.read());
}
