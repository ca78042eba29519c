import { describe, expect, it } from "vitest";
import { GraphBuilder, ProgramCache, type Graph, type Program } from "../index.js";

const graph = (n: number): Graph => {
  const b = new GraphBuilder();
  return b.build({ outputs: [b.add(b.input("x", "float32", [1]), b.scalar(n), "y")] });
};

function compiler(bytes: number) {
  const log: string[] = [];
  const compile = (source: Graph): Promise<Program> => {
    const id = String([...source.constants.values()][0]!.read().data[0]);
    log.push(`+${id}`);
    return Promise.resolve({ inputs: [], outputs: [], bytes, notices: [], run: () => Promise.resolve({}), dispose: () => { log.push(`-${id}`); return Promise.resolve(); } });
  };
  return { log, compile };
}

describe("ProgramCache", () => {
  const owner = {};

  it("compiles equal graphs once", async () => {
    const { log, compile } = compiler(10);
    const cache = new ProgramCache(100);
    for (let i = 0; i < 3; i++) await cache.use(owner, graph(1), compile, async () => undefined);
    await Promise.all([1, 2].map(() => cache.use(owner, graph(2), compile, async () => undefined)));
    expect(log).toEqual(["+1", "+2"]);
    expect(cache.bytes).toBe(20);
  });

  it("drops the least recently used beyond its bound, and never one in use", async () => {
    const { log, compile } = compiler(40);
    const cache = new ProgramCache(100);
    await cache.use(owner, graph(1), compile, async () => undefined);
    await cache.use(owner, graph(2), compile, async () => undefined);
    await cache.use(owner, graph(1), compile, async () => {
      await cache.use(owner, graph(3), compile, async () => undefined);
      expect(log).toEqual(["+1", "+2", "+3", "-2"]);
    });
    expect(cache.bytes).toBeLessThanOrEqual(100);
    const tight = new ProgramCache(10);
    await tight.use(owner, graph(4), compile, async () => expect(log.at(-1)).toBe("+4"));
    expect(log.at(-1)).toBe("-4");
    expect(tight.size).toBe(0);
  });

  it("releases what one owner compiled, what is in use only afterwards", async () => {
    const { log, compile } = compiler(1);
    const cache = new ProgramCache(100);
    const other = {};
    await cache.use(other, graph(1), compile, async () => undefined);
    let finish: () => void = () => undefined;
    const busy = cache.use(owner, graph(2), compile, () => new Promise<void>((resolve) => (finish = resolve)));
    await new Promise((resolve) => setTimeout(resolve));
    await cache.release(owner);
    expect(log).toEqual(["+1", "+2"]);
    finish();
    await busy;
    expect(log).toEqual(["+1", "+2", "-2"]);
    await cache.dispose();
    expect(log.at(-1)).toBe("-1");
    expect(cache.size).toBe(0);
  });

  it("forgets a compilation that failed", async () => {
    const cache = new ProgramCache(100);
    await expect(cache.use(owner, graph(1), () => Promise.reject(new Error("no")), async () => undefined)).rejects.toThrow("no");
    const { log, compile } = compiler(1);
    await cache.use(owner, graph(1), compile, async () => undefined);
    expect(log).toEqual(["+1"]);
  });
});
