import type { Constant } from "@vitrine/core";
import type { Order, Ranked, Shape, Size } from "../build/held.js";
import type { Layout } from "../build/layout.js";
import type { ScopedBuilder } from "../build/scoped-builder.js";
import { tfjsError } from "../errors.js";
import type { Fields } from "../json/fields.js";
import type { Mask } from "./mask.js";
import type { WeightIndex } from "./weight-index.js";

/** What all layers of a model share. */
export interface ModelContext {
  readonly b: ScopedBuilder;
  readonly layout: Layout;
  readonly weights: WeightIndex;
  /** Values that hold a parameter already, by weight and what was made of it. */
  readonly parameters: Map<string, string>;
  notice(text: string): void;
}

/** A value as Keras passes it on: with a mask where a layer before it has made one. */
export interface KerasValue extends Ranked {
  readonly mask?: Mask;
}

/** Translates one application of a layer. */
export type LayerRule = (call: LayerCall) => KerasValue | readonly KerasValue[];

/** One layer applied to its inputs. */
export class LayerCall {
  readonly b: ScopedBuilder;
  readonly layout: Layout;

  constructor(
    readonly context: ModelContext,
    /** The layer's class: `Conv2D`. */
    readonly kind: string,
    readonly config: Fields,
    /** Names of the models and wrappers around it, and its own. */
    readonly path: readonly string[],
    readonly inputs: readonly KerasValue[],
    /** The wrapper under whose name its weights may stand. */
    readonly wrapper?: string,
  ) {
    this.b = context.b;
    this.layout = context.layout;
  }

  /** The only input. */
  get input(): KerasValue {
    if (this.inputs.length !== 1) this.invalid(`it takes one input and is given ${this.inputs.length}`);
    return this.inputs[0]!;
  }

  /** The only input, which must have `rank` axes. */
  ranked(rank: number): KerasValue {
    const { input } = this;
    if (input.shape.length !== rank) this.invalid(`its input has ${input.shape.length} axes, and it takes ${rank}`);
    return input;
  }

  /** An axis of the input, counted from the front. */
  axisOf(input: Ranked, axis: number): number {
    const rank = input.shape.length;
    const positive = axis < 0 ? axis + rank : axis;
    if (!Number.isInteger(axis) || positive < 0 || positive >= rank) this.invalid(`its axis ${axis} lies outside an input of ${rank} axes`);
    return positive;
  }

  /** The axes' sizes where all must be known. */
  known(shape: Shape, what: string): readonly number[] {
    return shape.map((size) => size ?? this.fail(`${what} is not fixed by the model`));
  }

  /** A weight as it is in the file. `expected`: its sizes, null where any will do. @throws `tfjs-weight-missing`, `tfjs-weight-shape` */
  weight(name: string, expected: readonly Size[]): Constant {
    const found = this.context.weights.find(this.path, name, this.wrapper);
    if (!found) throw tfjsError("tfjs-weight-missing", { layer: this.title, weight: `${this.title}/${name}`, known: [...this.context.weights.weights.keys()] });
    const { shape, dtype } = found.constant;
    if (dtype !== "float32") this.invalid(`its weight \`${name}\` holds ${dtype}`);
    if (shape.length !== expected.length || expected.some((size, i) => size !== null && size !== shape[i])) {
      throw tfjsError("tfjs-weight-shape", { layer: this.title, weight: name, shape, expected: `[${expected.map((size) => size ?? "?").join(", ")}]` });
    }
    return found.constant;
  }

  /** The graph's value that holds a weight, or what is made of it; one for all applications of the layer. */
  parameter(name: string, expected: readonly Size[], make: (weight: Constant) => Constant = (weight) => weight, use = ""): string {
    const weight = this.weight(name, expected);
    return this.made(`${name}${use}`, () => make(weight));
  }

  /** A constant that belongs to the layer. */
  made(name: string, make: () => Constant): string {
    const key = `${this.title}/${name}`;
    let value = this.context.parameters.get(key);
    if (value === undefined) {
      value = this.b.constant(make(), key);
      this.context.parameters.set(key, value);
    }
    return value;
  }

  /** A layer inside this one: of a wrapper, or a cell. */
  inner(kind: string, config: Fields, inputs: readonly KerasValue[], path: readonly string[] = [...this.path, config.string("name", kind)]): LayerCall {
    return new LayerCall(this.context, kind, config, path, inputs, this.path.at(-1)!);
  }

  get title(): string {
    return this.path.join("/");
  }

  /** The model asks for what cannot be translated. */
  fail(why: string): never {
    throw tfjsError("tfjs-layer", { layer: this.title, kind: this.kind, why });
  }

  /** The file contradicts itself. */
  invalid(why: string): never {
    throw tfjsError("tfjs-layer-invalid", { layer: this.title, kind: this.kind, why });
  }
}

export const held = (value: string, shape: Shape, order?: Order): KerasValue => ({ value, shape, order });

/** The input computed elementwise: its axes stay where they are. */
export const alike = (input: KerasValue, value: string): KerasValue => held(value, input.shape, input.order);
