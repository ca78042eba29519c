/** Median of numbers. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

export interface Timed {
  /** Milliseconds by the clock. */
  readonly clock: number;
  /** Milliseconds of all threads of this process, those that compile and collect garbage included: what nobody waits for counts too, what other programs take does not. */
  readonly processor: number;
}

export async function timed(work: () => Promise<unknown>): Promise<Timed> {
  const [began, before] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(before);
  return { clock: performance.now() - began, processor: (user + system) / 1000 };
}

export interface Paired {
  /** Median milliseconds of each. */
  readonly a: number;
  readonly b: number;
  /** Median of the ratios a / b, round by round: it holds when the machine's speed drifts. */
  readonly ratio: number;
  /** Smallest and largest ratio. */
  readonly spread: readonly [number, number];
}

/** Runs two works in turn, a b b a a b …, and compares them round by round. The first round warms up and does not count. */
export async function paired(a: () => Promise<unknown>, b: () => Promise<unknown>, rounds: number): Promise<Paired> {
  await a();
  await b();
  const times: { a: number; b: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    if (round % 2 === 0) {
      const first = await milliseconds(a);
      times.push({ a: first, b: await milliseconds(b) });
    } else {
      const first = await milliseconds(b);
      times.push({ b: first, a: await milliseconds(a) });
    }
  }
  const ratios = times.map((time) => time.a / time.b);
  return { a: median(times.map((time) => time.a)), b: median(times.map((time) => time.b)), ratio: median(ratios), spread: [Math.min(...ratios), Math.max(...ratios)] };
}

/** Resident memory in MB, after a collection where `--expose-gc` allows one. */
export function residentMegabytes(): number {
  (globalThis as { gc?: () => void }).gc?.();
  return process.memoryUsage().rss / 1e6;
}

export function table(rows: readonly (readonly (string | number)[])[]): string {
  const text = rows.map((row) => row.map((cell) => (typeof cell === "number" ? cell.toFixed(Math.abs(cell) >= 100 ? 0 : Math.abs(cell) >= 10 ? 1 : 2) : cell)));
  const widths = text.reduce<number[]>((wide, row) => row.map((cell, i) => Math.max(wide[i] ?? 0, cell.length)), []);
  return text.map((row) => row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join("  ")).join("\n");
}

export interface Turns {
  /** Milliseconds of every round, by name. */
  readonly times: ReadonlyMap<string, readonly number[]>;
  /** Median, smallest and largest of the ratios of two, round by round, and the ratio of their fastest rounds, which holds on a machine that does other things besides. */
  ratio(a: string, b: string): readonly [median: number, least: number, most: number, fastest: number];
}

/** Long enough, in milliseconds, for a clock and a scheduler; and for threads that wait for their next work to go to sleep. */
const longEnough = 30;
const asleep = 10;

/** Runs works in turn, each round begun by another one, as often each time as takes long enough. Milliseconds are of one call. */
export async function inTurn(works: Readonly<Record<string, () => Promise<unknown>>>, rounds: number): Promise<Turns> {
  const names = Object.keys(works);
  const calls = new Map<string, number>();
  for (const name of names) {
    await works[name]!();
    await works[name]!();
    calls.set(name, Math.max(1, Math.ceil(longEnough / (await milliseconds(works[name]!)))));
  }
  const times = new Map(names.map((name): [string, number[]] => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < names.length; i++) {
      const name = names[(i + round) % names.length]!;
      const count = calls.get(name)!;
      await new Promise((resolve) => setTimeout(resolve, asleep));
      const took = await milliseconds(async () => {
        for (let call = 0; call < count; call++) await works[name]!();
      });
      times.get(name)!.push(took / count);
    }
  }
  const ratio: Turns["ratio"] = (a, b) => {
    const ratios = times.get(a)!.map((time, round) => time / times.get(b)![round]!);
    return [median(ratios), Math.min(...ratios), Math.max(...ratios), Math.min(...times.get(a)!) / Math.min(...times.get(b)!)];
  };
  return { times, ratio };
}
