import { checkpointAxis, take, type Feeds, type Findings, type Layer, type Model } from "@vitrine/core";
import { checkpointFindings } from "./checkpoint-findings.js";
import { evenly, mapFindings, mostSteps, picturedLayers, valuesAt, type PicturedState } from "./checkpoint-maps.js";
import { checkpointMeasures, layersIn, measureSet, type CheckpointMeasures } from "./checkpoints.js";

export interface TrainingOptions {
  /** Samples that are run at once. */
  readonly batch: number;
  readonly signal: AbortSignal;
  /** Whether the maps of this state are kept too. */
  readonly maps: boolean;
}

interface State {
  readonly name: string;
  readonly inputs: number;
  readonly measures: readonly CheckpointMeasures[];
  readonly maps: PicturedState["values"] | undefined;
}

/**
 * One network followed through its training, state by state, as `--checkpoints` follows files: for whoever has the states one after
 * the other and cannot hold them all.
 */
export class ActivationTraining {
  readonly #model: Model;
  readonly #layers: readonly Layer[];
  readonly #pictured: readonly Layer[];
  readonly #sample: number;
  readonly #states: State[] = [];

  /**
   * @param model the network that `layers` are of
   * @param sample which sample of the inputs maps are of
   */
  constructor(model: Model, layers: readonly Layer[], sample = 0) {
    this.#model = model;
    this.#layers = layers;
    this.#pictured = picturedLayers(layers);
    this.#sample = sample;
  }

  /** Of `count` states, in order, those whose maps are shown: the first and the last among them. */
  static pictured(count: number): readonly number[] {
    return evenly(Array.from({ length: count }, (_, i) => i), mostSteps);
  }

  /**
   * Measures a state, whose `file.name` says when it was (`epoch-08`), over all samples of the inputs.
   * @throws `checkpoint-input`, `checkpoint-layer`, `checkpoint-units`; `cancelled`
   */
  async add(state: Model, feeds: Feeds, { maps, ...job }: TrainingOptions): Promise<void> {
    const samples = Math.max(1, ...Object.entries(feeds).map(([name, { shape }]) => shape[state.batch.axes[name] ?? -1] ?? 1));
    const chunk = { feeds, labels: new Array<string>(samples).fill("") };
    // Of a layer's shape only what does not depend on the batch is used: it is observed on as few samples as the model takes.
    const layers = await layersIn(state, this.#model, this.#layers, { feeds: asFewAsPossible(state, feeds), labels: [""] });
    const running = measureSet(state, layers, once(chunk), job, {});
    let step = await running.next();
    while (!step.done) step = await running.next();
    const measures = step.value.statistics.map(checkpointMeasures);
    const values = maps && this.#pictured.length > 0 ? await valuesAt({ feeds, ...job }, state, { model: this.#model, layers: this.#pictured }, this.#sample) : undefined;
    this.#states.push({ name: state.file.name, inputs: samples, measures, maps: values });
  }

  /** What `--checkpoints` tells of these states. */
  findings(): Findings {
    const states = this.#states;
    const names = states.map(({ name }) => name);
    const axis = checkpointAxis(names);
    const layers = new Map(this.#layers.map((layer, i) => [layer, states.map(({ measures }) => measures[i]!)]));
    const curves = checkpointFindings({ axis, names, inputs: states[0]?.inputs ?? 0, layers });
    const pictured = axis.order.flatMap((at): PicturedState[] => (states[at]!.maps ? [{ at, values: states[at]!.maps }] : []));
    const maps = mapFindings(this.#pictured, axis, pictured);
    return { tensors: { ...curves.tensors, ...maps.tensors }, facts: curves.facts, views: [...curves.views, ...maps.views] };
  }
}

/** One sample of every feed, or as many as the model takes at once. */
function asFewAsPossible({ batch: { axes, fixed = 1 } }: Model, feeds: Feeds): Feeds {
  return Object.fromEntries(Object.entries(feeds).map(([name, feed]) => {
    const axis = axes[name];
    const last = axis === undefined ? 0 : feed.shape[axis]! - 1;
    return [name, axis === undefined ? feed : take(feed, axis, Array.from({ length: fixed }, (_, i) => Math.min(i, last)))];
  }));
}

async function* once<T>(value: T): AsyncGenerator<T> {
  yield await Promise.resolve(value);
}
