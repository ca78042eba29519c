import { createEngine, type Engine } from "@vitrine/core";
import type { LiveNetwork } from "@vitrine/format-tfjs";
import { tfjs } from "@vitrine/runtime-tfjs";
import { backendsFor } from "./backend.js";
import { Budget } from "./budget.js";
import { watchError } from "./errors.js";
import { nextStep } from "./next-step.js";
import { everyPicture, noPicture, Pictures, type Pictured } from "./pictures.js";
import type { Probe } from "./probe.js";
import { batch, Recorder } from "./recorder.js";
import { reportsOf, type WatchReports } from "./reports.js";
import { WaitingStates, type Waiting } from "./waiting.js";

/** What is wanted of a watcher, defaults filled in. */
export interface Wanted {
  readonly layers: readonly string[];
  readonly sample: number;
  readonly budget: number;
  readonly memory: number;
  readonly backend: string | undefined;
}

/** What a fit tells its model of itself: `tf.LayersModel` sets both before it calls anybody. */
interface Fitting {
  readonly isTraining?: boolean;
  readonly history?: { readonly params?: { readonly epochs?: unknown; readonly initialEpoch?: unknown } };
  /** A `tf.Sequential` has a model of its own do the work. */
  readonly model?: Fitting;
}

/** Copies the states of a network as they come, and measures them as the budget allows. */
export class Watcher {
  readonly #model: Fitting;
  readonly #network: LiveNetwork;
  readonly #probe: Probe;
  readonly #wanted: Wanted;
  readonly #budget: Budget;
  readonly #waiting: WaitingStates;
  readonly #pictures = new Pictures();
  readonly #leftOut: number[] = [];
  readonly #unpictured: number[] = [];
  #engine: Engine | undefined;
  #recorder: Recorder | undefined;
  /** The state that was copied last, and measured last. */
  #last: Waiting | undefined;
  #measured: number | undefined;
  /** The number of the epoch that ended last, and of the one that a training began with where there were trainings before. */
  #epoch = 0;
  #before = 0;
  /** Milliseconds: all copying so far, one copy, one state measured with pictures and without. */
  #copying = 0;
  #copy = 0;
  #costs = { pictured: 0, plain: 0 };
  #fit: Fitting["history"];
  #going = false;
  /** One thing after the other, whoever asks. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(model: object, network: LiveNetwork, probe: Probe, wanted: Wanted) {
    this.#model = model;
    this.#network = network;
    this.#probe = probe;
    this.#wanted = wanted;
    this.#budget = new Budget(wanted.budget);
    this.#waiting = new WaitingStates(wanted.memory);
  }

  begin(): Promise<void> {
    const { isTraining, history } = this.#model.model ?? this.#model;
    return this.#inTurn(async () => {
      if (isTraining === false) throw watchError("watch-other-model", { model: this.#network.name });
      if (this.#going && history !== undefined && history === this.#fit) throw watchError("watch-busy", { model: this.#network.name });
      const { epochs, initialEpoch } = history?.params ?? {};
      const from = typeof initialEpoch === "number" ? initialEpoch : 0;
      const last = this.#last?.epoch;
      const before = last === undefined ? 0 : Math.max(0, last - from);
      // Setting up is no part of what can wait: a layer that is not there is told before anything is trained.
      await this.#budget.spend(() => this.#open());
      this.#pictures.plan(last ?? from, typeof epochs === "number" ? before + epochs : undefined);
      [this.#fit, this.#going, this.#before] = [history, true, before];
      if (last === undefined) {
        this.#epoch = from;
        await this.#take();
      }
      this.#budget.start();
    });
  }

  epoch(index: number): Promise<void> {
    return this.#inTurn(async () => {
      if (!this.#recorder) return;
      this.#epoch = this.#before + index + 1;
      this.#budget.stop();
      if (this.#copying + this.#copy <= Math.max(this.#budget.share * this.#budget.training, cheap)) await this.#take();
      else this.#leftOut.push(this.#epoch);
      while (await this.#step());
      this.#budget.start();
    });
  }

  end(): Promise<void> {
    return this.#inTurn(async () => {
      this.#budget.stop();
      this.#going = false;
      if (this.#recorder && this.#last?.epoch !== this.#epoch) {
        await this.#take();
        if (this.#leftOut.at(-1) === this.#epoch) this.#leftOut.pop();
        while (this.#waiting.isFull) this.#leftOut.push(this.#waiting.giveUp(this.#measured));
      }
      await this.#recorder?.release();
    });
  }

  findings(): Promise<WatchReports> {
    return this.#inTurn(async () => {
      const [recorder, engine, last] = [this.#recorder, this.#engine, this.#last];
      if (!recorder || !engine || !last) throw watchError("watch-nothing", { model: this.#network.name });
      this.#budget.stop();
      const { share, training, spent } = this.#budget;
      const during = { budget: share, trainingSeconds: training / 1000, watchingSeconds: spent / 1000, statesDuringTraining: recorder.states };
      try {
        for (let next = this.#waiting.take(); next; next = this.#waiting.take()) await this.#look(next, next.epoch === last.epoch ? everyPicture : this.#pictures.of(next.epoch));
        const account = { ...during, leftOut: [...this.#leftOut].sort((a, b) => a - b), withoutPictures: [...this.#unpictured], backend: (await engine.runtime()).info.provider };
        return await reportsOf({ engine, recorder, last, network: this.#network, probe: this.#probe, wanted: this.#wanted }, account);
      } finally {
        await recorder.release();
        if (this.#going) this.#budget.start();
      }
    });
  }

  dispose(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#recorder?.release();
      await this.#engine?.dispose();
      [this.#engine, this.#recorder, this.#last] = [undefined, undefined, undefined];
      while (this.#waiting.take());
    });
  }

  async #open(): Promise<void> {
    if (this.#recorder) return;
    const began = performance.now();
    const engine = createEngine({ runtime: tfjs({ providers: backendsFor(this.#wanted.backend) }), batch });
    try {
      const snapshot = await this.#network.snapshot();
      this.#recorder = await Recorder.of({ network: this.#network, probe: this.#probe, layers: this.#wanted.layers, sample: this.#wanted.sample }, snapshot, await engine.runtime());
      this.#engine = engine;
    } catch (error) {
      await engine.dispose();
      throw error;
    }
    // Until a state has been measured: as long as this took, for every batch of samples.
    const guess = (performance.now() - began) * Math.max(1, this.#probe.samples / batch);
    this.#costs = { pictured: guess, plain: guess };
  }

  /** Copies the weights as they are now. */
  async #take(): Promise<void> {
    const { result: snapshot, cost } = await this.#budget.spend(() => this.#network.snapshot());
    this.#copying += cost;
    this.#copy = cost;
    this.#last = { epoch: this.#epoch, snapshot };
    this.#waiting.add(this.#last);
  }

  /** Does what is due. Returns false where nothing is. */
  async #step(): Promise<boolean> {
    const { first, count, isFull } = this.#waiting;
    const kept = first ? this.#pictures.of(first.epoch) : noPicture;
    const pictured = kept.maps || kept.filters;
    const whole = kept.maps && kept.filters;
    const step = nextStep({ waiting: count, full: isFull, pictured, whole, begun: this.#measured !== undefined, allowance: this.#budget.allowance, costs: this.#costs });
    if (step === "wait") return false;
    if (step === "give-up") {
      this.#leftOut.push(this.#waiting.giveUp(this.#measured));
      return true;
    }
    const plainly = step === "measure-plainly";
    const state = this.#waiting.take()!;
    if (plainly && pictured) this.#unpictured.push(state.epoch);
    await this.#budget.spend(() => this.#look(state, plainly ? noPicture : kept));
    return true;
  }

  async #look({ epoch, snapshot }: Waiting, pictures: Pictured): Promise<void> {
    const began = performance.now();
    await this.#recorder!.measure(epoch, snapshot, pictures);
    this.#measured = epoch;
    this.#costs[pictures.maps || pictures.filters ? "pictured" : "plain"] = performance.now() - began;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}

/** Milliseconds of copying, over a whole training, that nobody asks after. */
const cheap = 100;
