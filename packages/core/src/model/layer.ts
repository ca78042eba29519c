/** What a person takes a layer for. */
export type LayerKind =
  | "input" | "conv" | "dense" | "recurrent" | "norm" | "activation" | "pool" | "softmax" | "add" | "concat" | "attention" | "embedding" | "upsample" | "reshape" | "other";

/** How a unit's position maps back to the input, per spatial axis (row, column), in input positions. */
export interface ReceptiveField {
  readonly size: readonly number[];
  readonly stride: readonly number[];
  /** First input position that position 0 sees; negative where it begins in the padding. */
  readonly offset: readonly number[];
  /** The input that it maps back to. */
  readonly input: string;
}

/** One layer: what a person thinks in. */
export interface Layer {
  /** Readable and unique: `layer2.0.conv1`. */
  readonly name: string;
  readonly kind: LayerKind;
  /** The operator that makes its value. */
  readonly op: string;
  /** Name of that node. */
  readonly node: string;
  /** The graph value that it produces, by the file's own name. */
  readonly value: string;
  /** As observed, batch included. */
  readonly shape: readonly number[];
  readonly batchAxis: number;
  /** The axis that its units lie on; undefined for a value without one (a scalar per sample). */
  readonly unitAxis: number | undefined;
  /** 1 where there is no unit axis. */
  readonly units: number;
  /** The axes that are positions: all but batch and unit. */
  readonly spatialAxes: readonly number[];
  readonly receptiveField: ReceptiveField | undefined;
  /** True where exact zeros mean "off": outputs of ReLU, and of Clip at 0. */
  readonly rectified: boolean;
}
