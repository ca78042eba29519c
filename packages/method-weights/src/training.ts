import type { Findings, Model } from "@vitrine/core";
import { plannedBanks } from "./analysis.js";
import type { FilterBank } from "./bank.js";
import { banksIn, evenly, followedFindings, measure, mostSteps, pictured, type Followed, type FollowedState, type WeightsModel } from "./checkpoints.js";
import { colourOrder } from "./first-layer.js";
import { foldBatchNorm } from "./fold.js";
import { modelParameters } from "./parameters.js";
import { selectParameters } from "./select.js";

export interface WeightsTrainingOptions {
  /** Layers whose parameters are followed, by readable name or graph value; all where none is named. */
  readonly layers?: readonly string[];
  readonly foldBatchNorm: boolean;
  /** A weight is near zero below this share of the largest magnitude in its block. */
  readonly nearZero: number;
}

/**
 * The weights of one network followed through its training, state by state, as `--checkpoints` follows files: for whoever has the
 * states one after the other and cannot hold them all.
 */
export class WeightsTraining {
  readonly #model: Pick<Model, "file" | "spec">;
  readonly #options: WeightsTrainingOptions;
  readonly #followed: readonly Followed[];
  readonly #pictured: ReadonlySet<number>;
  readonly #states: FollowedState[] = [];

  /** @throws `weights-none`, `weights-layer`, `weights-shape` */
  constructor(model: WeightsModel & Pick<Model, "spec">, options: WeightsTrainingOptions) {
    this.#model = model;
    this.#options = options;
    const all = modelParameters(model.graph);
    const parameters = options.foldBatchNorm ? foldBatchNorm(model.graph, all).parameters : all;
    this.#followed = plannedBanks(model.graph, selectParameters(model, parameters, options.layers ?? [])).map(({ parameter, bank, pixels }) => ({ parameter, bank, first: pixels }));
    this.#pictured = new Set(pictured(this.#followed).map(([i]) => i));
  }

  /** Of `count` states, in order, those whose filters are shown: the first and the last among them. */
  static pictured(count: number): readonly number[] {
    return evenly(Array.from({ length: count }, (_, i) => i), mostSteps);
  }

  /**
   * Measures a state, whose `file.name` says when it was (`epoch-08`).
   * @param pictures whether filters of this state are kept to be shown: of a few layers, one copy each
   * @throws `checkpoint-parameter`, `checkpoint-shape`
   */
  add(state: WeightsModel, pictures: boolean): void {
    const banks = banksIn(state, this.#model, this.#followed, this.#options.foldBatchNorm);
    const kept = pictures ? banks.map((bank, i): FilterBank | undefined => (this.#pictured.has(i) ? { ...bank, data: bank.data.slice() } : undefined)) : undefined;
    this.#states.push({ name: state.file.name, measures: banks.map((bank) => measure(bank, this.#options.nearZero)), banks: kept });
  }

  /** What `--checkpoints` tells of these states. */
  findings(): Findings {
    return followedFindings(this.#states, this.#followed, { symmetric: undefined, rgb: colourOrder(this.#model.spec) });
  }
}
