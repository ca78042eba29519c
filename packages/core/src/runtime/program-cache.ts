import { coreError } from "../errors/catalogue.js";
import { fingerprint } from "../graph/fingerprint.js";
import type { Graph } from "../graph/graph.js";
import type { CompileOptions, Program } from "./runtime.js";

interface Entry {
  readonly owner: object;
  readonly program: Promise<Program>;
  /** 0 until it is compiled. */
  bytes: number;
  users: number;
  doomed: boolean;
}

const fingerprints = new WeakMap<Graph, string>();

function keyOf(graph: Graph): string {
  let key = fingerprints.get(graph);
  if (key === undefined) fingerprints.set(graph, (key = fingerprint(graph)));
  return key;
}

/**
 * Compiled programs, kept while they fit a bound on bytes, the least recently used going first.
 * A program in use is never disposed under its user; one that alone exceeds the bound lives while it is used.
 */
export class ProgramCache {
  readonly #limit: number;
  readonly #entries = new Map<string, Entry>();
  readonly #ownerIds = new WeakMap<object, number>();
  #owners = 0;

  constructor(limitBytes: number) {
    this.#limit = limitBytes;
  }

  /** Bytes held now, by the programs' own estimates. */
  get bytes(): number {
    let sum = 0;
    for (const entry of this.#entries.values()) sum += entry.bytes;
    return sum;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Runs `work` with the program of `graph`, compiling it if it is not there. `owner` is whom `release` names. */
  async use<T>(owner: object, graph: Graph, compile: (graph: Graph, options: CompileOptions) => Promise<Program>, work: (program: Program) => Promise<T>, options: CompileOptions = {}): Promise<T> {
    const key = `${this.#ownerId(owner)}:${keyOf(graph)}`;
    let entry = this.#entries.get(key);
    if (!entry) {
      entry = { owner, program: compile(graph, options), bytes: 0, users: 0, doomed: false };
      this.#entries.set(key, entry);
    }
    entry.users++;
    try {
      const program = await entry.program;
      entry.bytes = program.bytes;
      // Most recently used goes last.
      if (!entry.doomed && this.#entries.get(key) === entry) {
        this.#entries.delete(key);
        this.#entries.set(key, entry);
      }
      await this.#trim();
      if (options.signal?.aborted) throw coreError("cancelled", {});
      return await work(program);
    } catch (error) {
      // A failed compilation is not remembered: the next caller may have another signal, or a mended runtime.
      if (entry.bytes === 0 && this.#entries.get(key) === entry) this.#entries.delete(key);
      throw error;
    } finally {
      entry.users--;
      if (entry.doomed && entry.users === 0) await dispose(entry);
      else await this.#trim();
    }
  }

  /** Disposes what `owner` compiled; what is in use, as soon as it no longer is. */
  async release(owner: object): Promise<void> {
    await Promise.all([...this.#entries].filter(([, entry]) => entry.owner === owner).map(([key, entry]) => this.#drop(key, entry)));
  }

  async dispose(): Promise<void> {
    await Promise.all([...this.#entries].map(([key, entry]) => this.#drop(key, entry)));
  }

  async #trim(): Promise<void> {
    let held = this.bytes;
    for (const [key, entry] of [...this.#entries]) {
      if (held <= this.#limit) return;
      if (entry.users > 0 || entry.bytes === 0) continue;
      held -= entry.bytes;
      await this.#drop(key, entry);
    }
  }

  async #drop(key: string, entry: Entry): Promise<void> {
    if (this.#entries.get(key) === entry) this.#entries.delete(key);
    if (entry.doomed) return;
    entry.doomed = true;
    if (entry.users === 0) await dispose(entry);
  }

  #ownerId(owner: object): number {
    const known = this.#ownerIds.get(owner);
    if (known !== undefined) return known;
    this.#ownerIds.set(owner, this.#owners);
    return this.#owners++;
  }
}

async function dispose(entry: Entry): Promise<void> {
  const program = await entry.program.catch(() => undefined);
  await program?.dispose();
}
