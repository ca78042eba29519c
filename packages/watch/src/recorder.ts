import { isVitrineError, type Feeds, type Layer, type Model, type Runtime } from "@vitrine/core";
import type { LiveNetwork, LiveState, WeightsSnapshot } from "@vitrine/format-tfjs";
import { ActivationTraining } from "@vitrine/method-activation";
import { modelParameters, WeightsTraining } from "@vitrine/method-weights";
import { LiveModel } from "./live-model.js";
import { NotFinite } from "./not-finite.js";
import type { Probe } from "./probe.js";

/** A weight is near zero below this share of the largest in its block: the default of the weights method. */
const nearZero = 0.01;

/** Samples that are run at once. */
export const batch = 32;

/** What a network is watched with. */
export interface Watched {
  readonly network: LiveNetwork;
  readonly probe: Probe;
  readonly layers: readonly string[];
  readonly sample: number;
}

/** Measures states of a network, one after the other. */
export class Recorder {
  readonly feeds: Feeds;
  /** Names of layers that have weights; undefined where none of those asked for has any. */
  readonly weightLayers: readonly string[] | undefined;
  readonly notFinite = new NotFinite();
  /** Why states could not be measured. */
  readonly failures: { readonly epoch: number; readonly why: string }[] = [];
  readonly #network: LiveNetwork;
  readonly #first: LiveState;
  readonly #activation: ActivationTraining;
  readonly #weights: WeightsTraining | undefined;
  #live: LiveModel;
  #states = 0;

  private constructor(parts: { watched: Watched; first: LiveState; live: LiveModel; feeds: Feeds; layers: readonly Layer[] }) {
    const { watched, first, live, feeds, layers } = parts;
    this.#network = watched.network;
    this.#first = first;
    this.#live = live;
    this.feeds = feeds;
    this.#activation = new ActivationTraining(live, layers, watched.sample);
    const known = modelParameters(live.graph);
    const named = watched.layers.filter((name) => known.some((one) => one.layer === name || one.node.outputs.includes(name) || one.sharedWith.includes(name)));
    this.weightLayers = known.length === 0 || (watched.layers.length > 0 && named.length === 0) ? undefined : named;
    this.#weights = this.weightLayers && new WeightsTraining(live, { layers: this.weightLayers, foldBatchNorm: false, nearZero });
  }

  /** Reads the network and finds its layers. @throws `layer-unknown`, what the model cannot be read for, and what its inputs do not take */
  static async of(watched: Watched, snapshot: WeightsSnapshot, runtime: Runtime): Promise<Recorder> {
    const first = watched.network.at(snapshot);
    const live = new LiveModel(first, watched.network.name, runtime);
    const feeds = await watched.probe.feeds(live.inputs);
    live.prepare(feeds);
    const found = watched.layers.length === 0 ? await live.layers() : await Promise.all(watched.layers.map((name) => live.layer(name)));
    const layers = [...new Map(found.map((layer) => [layer.value, layer])).values()];
    return new Recorder({ watched, first, live, feeds, layers });
  }

  /** How many states were measured. */
  get states(): number {
    return this.#states;
  }

  /** Measures a state. One that cannot be measured is remembered with the reason: training goes on. */
  async measure(epoch: number, snapshot: WeightsSnapshot, pictures: { readonly maps: boolean; readonly filters: boolean }): Promise<boolean> {
    this.notFinite.look(epoch, snapshot);
    const state = this.state(snapshot, `epoch-${epoch}`);
    try {
      await this.#activation.add(state, this.feeds, { batch, signal: new AbortController().signal, maps: pictures.maps });
      this.#weights?.add(state, pictures.filters);
      this.#states++;
      return true;
    } catch (error) {
      this.failures.push({ epoch, why: isVitrineError(error) || error instanceof Error ? error.message : String(error) });
      return false;
    }
  }

  state(snapshot: WeightsSnapshot, name: string): Model {
    return this.#live.at(this.#network.at(snapshot), name);
  }

  findings(): { readonly activation: ReturnType<ActivationTraining["findings"]>; readonly weights: ReturnType<WeightsTraining["findings"]> | undefined } {
    return { activation: this.#activation.findings(), weights: this.#weights?.findings() };
  }

  /** Frees what lies on the device. It can be measured with again. */
  async release(): Promise<void> {
    const { runtime } = this.#live;
    await this.#live.dispose();
    this.#live = new LiveModel(this.#first, this.#network.name, runtime);
  }
}
