import type { Layer } from "@vitrine/core";
import { isSilentAt, meanOf, type LayerStatistics } from "./statistics.js";

/** What is kept of every unit over a set of inputs, in this order in the tensor `against/LAYER`. */
export const setStatisticNames = ["min", "max", "mean", "zeros", "below", "firing", "strongestInput", "concentration", "entropy"] as const;
export type SetStatisticName = (typeof setStatisticNames)[number];

/** Statistics of a layer's units over a set: nothing grows with the set. */
export class SetStatistics {
  readonly layer: Layer;
  readonly units: number;
  inputs = 0;
  #positions = 0;
  readonly #min: Float64Array;
  readonly #max: Float64Array;
  readonly #sum: Float64Array;
  readonly #zeros: Float64Array;
  readonly #below: Float64Array;
  readonly #fired: Float64Array;
  readonly #strongest: Int32Array;
  readonly #located: Float64Array;
  readonly #concentration: Float64Array;
  readonly #entropy: Float64Array;

  constructor(layer: Layer, units: number) {
    this.layer = layer;
    this.units = units;
    const column = (): Float64Array => new Float64Array(units);
    this.#min = column().fill(Infinity);
    this.#max = column().fill(-Infinity);
    this.#strongest = new Int32Array(units).fill(-1);
    [this.#sum, this.#zeros, this.#below, this.#fired] = [column(), column(), column(), column()];
    [this.#located, this.#concentration, this.#entropy] = [column(), column(), column()];
  }

  /** Adds the statistics of further inputs. Those with more positions (longer sequences) weigh more in means and shares. */
  add(statistics: LayerStatistics): void {
    const { samples, units, positions, values } = statistics;
    for (let sample = 0; sample < samples; sample++) {
      for (let unit = 0; unit < units; unit++) {
        const i = sample * units + unit;
        const max = values.max[i]!;
        if (max > this.#max[unit]!) {
          this.#max[unit] = max;
          this.#strongest[unit] = this.inputs + sample;
        }
        this.#min[unit] = Math.min(this.#min[unit]!, values.min[i]!);
        this.#sum[unit]! += values.mean[i]! * positions;
        this.#zeros[unit]! += values.zeros[i]! * positions;
        this.#below[unit]! += values.below[i]! * positions;
        this.#fired[unit]! += isSilentAt(statistics, i) ? 0 : 1;
        if (Number.isNaN(values.concentration[i]!)) continue;
        this.#located[unit]!++;
        this.#concentration[unit]! += values.concentration[i]!;
        this.#entropy[unit]! += values.entropy[i]!;
      }
    }
    this.inputs += samples;
    this.#positions += positions * samples;
  }

  /** Positions of one map; the mean over the set where inputs differ in length. */
  get meanPositions(): number {
    return this.#positions / Math.max(1, this.inputs);
  }

  /** False where a value of the layer was no number. */
  get isNumeric(): boolean {
    return !this.#sum.some(Number.isNaN);
  }

  /** [units] each; NaN where a statistic does not apply. */
  values(): Readonly<Record<SetStatisticName, Float32Array>> {
    const share = (of: Float64Array, by: number | Float64Array): Float32Array => Float32Array.from(of, (value, unit) => value / (typeof by === "number" ? by : by[unit]!));
    const rectified = this.layer.rectified;
    return {
      min: Float32Array.from(this.#min),
      max: Float32Array.from(this.#max),
      mean: share(this.#sum, this.#positions),
      zeros: share(this.#zeros, this.#positions),
      below: share(this.#below, this.#positions),
      firing: rectified ? share(this.#fired, this.inputs) : new Float32Array(this.units).fill(NaN),
      strongestInput: Float32Array.from(this.#strongest, (input) => (input < 0 ? NaN : input)),
      concentration: share(this.#concentration, this.#located),
      entropy: share(this.#entropy, this.#located),
    };
  }

  /** Units whose map was all zero on every input. Undefined where zero does not mean "off". */
  dead(): number[] | undefined {
    if (!this.layer.rectified) return undefined;
    return [...this.#fired.keys()].filter((unit) => this.#fired[unit] === 0);
  }

  /** Over the whole layer; NaN where it does not apply. */
  layerMeans(): { readonly sparsity: number; readonly below: number; readonly concentration: number; readonly entropy: number } {
    const { zeros, below, concentration, entropy } = this.values();
    return { sparsity: meanOf(zeros), below: meanOf(below), concentration: meanOf(concentration), entropy: meanOf(entropy) };
  }
}
