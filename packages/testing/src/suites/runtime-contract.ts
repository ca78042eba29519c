import {
  attr, float32, GraphBuilder, isDeviceTensor, read, tensor, toNumbers, zeros,
  type Graph, type Node, type Runtime, type RuntimeFactory, type RuntimeOptions, type Tensor, type Value, type Values,
} from "@vitrine/core";
import { uniform } from "../cases/case.js";
import { expectError, hold, violated, type SuiteCase } from "./suite.js";

/** y = x · 2 + 1 and z = relu(x), for x float32 [N, 4], with names as files have them. */
function small(): Graph {
  const b = new GraphBuilder();
  const x = b.input("input:0", "float32", ["N", 4]);
  const y = b.add(b.mul(x, b.scalar(2)), b.scalar(1), "/block.0/Add_output_0");
  return b.build({ outputs: [y, b.relu(x, "größe → 尺寸")] });
}

const [input, y, z] = ["input:0", "/block.0/Add_output_0", "größe → 尺寸"] as const;
const x = float32([1, 4], [-1, 0, 1, 2]);

/** What `compile`, `run`, `dispose` and the rest of the interface promise, apart from what they compute. */
export function runtimeContract(factory: RuntimeFactory, open: () => Promise<Runtime>, options: RuntimeOptions | undefined): SuiteCase[] {
  const withProgram = async (work: (run: (feeds: Values, options?: object) => Promise<Record<string, Value>>) => Promise<void>, graph = small()): Promise<void> => {
    const program = await (await open()).compile(graph);
    try {
      await work((feeds, runOptions) => program.run(feeds, runOptions));
    } finally {
      await program.dispose();
    }
  };
  const contract = (name: string, run: () => Promise<void>): SuiteCase => ({ name: `contract › ${name}`, run });
  const expectNumbers = async (value: Value | undefined, numbers: readonly number[], what: string): Promise<void> => {
    if (!value) throw violated(what, "it is missing");
    const got = toNumbers(await read(value));
    hold(got.length === numbers.length && got.every((number, i) => Math.abs(number - numbers[i]!) < 1e-5), what, () => `it holds ${got.join(", ")}, and ${numbers.join(", ")} is expected`);
  };

  return [
    contract("the factory says what it is", async () => {
      hold(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(factory.id), "an id is in kebab case", () => `it is \`${factory.id}\``);
      hold(factory.summary.trim() !== "", "a runtime has a summary", () => "it is empty");
      const providers = await factory.providers();
      hold(providers.some(({ available }) => available), "at least one provider is available", () => JSON.stringify(providers));
      hold(new Set(providers.map(({ provider }) => provider)).size === providers.length, "each provider is named once", () => JSON.stringify(providers));
      hold(providers.every(({ available, note }) => available || (note ?? "") !== ""), "a provider that is missing says how to get it", () => JSON.stringify(providers));
    }),
    contract("the runtime says what it runs on", async () => {
      const { info } = await open();
      hold(info.id === factory.id, "`info.id` is the factory's id", () => `it is \`${info.id}\`, and the factory's is \`${factory.id}\``);
      hold(info.provider !== "" && info.device !== "", "provider and device are named", () => JSON.stringify(info));
      const asked = options?.providers;
      const silent = asked !== undefined && asked[0] !== info.provider && !info.notices.some((notice) => notice.includes(asked[0]!));
      hold(!silent, "falling back is reported", () => `${asked?.[0] ?? ""} was asked for, ${info.provider} is used, and the notices say nothing of it`);
    }),
    contract("an unknown provider is an error", () =>
      expectError("an unknown provider is an error", async () => (await factory.create({ providers: ["no-such-provider"] })).dispose(), { naming: ["no-such-provider"] })),
    contract("all outputs are returned, and computed", () => withProgram(async (run) => {
      const results = await run({ [input]: x });
      hold(String(Object.keys(results)) === String([y, z]), "every output is returned", () => `it returned ${Object.keys(results).join(", ")}`);
      await expectNumbers(results[y], [-1, 1, 3, 5], y);
      await expectNumbers(results[z], [0, 0, 1, 2], z);
    })),
    contract("only the outputs asked for are returned", () => withProgram(async (run) => {
      const results = await run({ [input]: x }, { outputs: [z] });
      hold(String(Object.keys(results)) === z, "`outputs` is obeyed", () => `it returned ${Object.keys(results).join(", ")}`);
      await expectNumbers(results[z], [0, 0, 1, 2], z);
      await expectError("an output that is none is an error", () => run({ [input]: x }, { outputs: ["nothing"] }), { naming: ["nothing"] });
    })),
    contract("the batch may change from run to run", () => withProgram(async (run) => {
      await expectNumbers((await run({ [input]: x }))[z], [0, 0, 1, 2], "one sample");
      await expectNumbers((await run({ [input]: float32([2, 4], [1, 2, 3, 4, -1, -2, -3, 5]) }))[z], [1, 2, 3, 4, 0, 0, 0, 5], "two samples");
    })),
    contract("a missing feed is an error", () => withProgram((run) => expectError("a missing feed is an error", () => run({}), { code: "input-missing", naming: [input] }))),
    contract("a superfluous feed is an error", () => withProgram((run) => expectError("a superfluous feed is an error", () => run({ [input]: x, extra: x }), { code: "input-unknown", naming: ["extra"] }))),
    contract("a mistyped feed is an error", () => withProgram(async (run) => {
      await expectError("a feed of another type is an error", () => run({ [input]: tensor("float64", [1, 4], new Float64Array(4)) }), { code: "input-dtype", naming: [input, "float64"] });
      await expectError("a feed of another shape is an error", () => run({ [input]: zeros("float32", [1, 5]) }), { naming: [input] });
      await expectError("a feed of another rank is an error", () => run({ [input]: zeros("float32", [4]) }), { naming: [input] });
    })),
    contract("feeds and constants are left as they were", () => withProgram(async (run) => {
      const copy = x.data.slice();
      await run({ [input]: x });
      hold(String(copy) === String(x.data), "feeds are not written to", () => `it is ${x.data.join(", ")} after the run`);
      await expectNumbers((await run({ [input]: x }))[y], [-1, 1, 3, 5], "a second run");
    })),
    contract("results are not written to by later runs", () => withProgram(async (run) => {
      const first = await read((await run({ [input]: x }))[y]!);
      await run({ [input]: float32([1, 4], [9, 9, 9, 9]) });
      await expectNumbers(first, [-1, 1, 3, 5], "the first result");
    })),
    contract("runs of one program may overlap", () => withProgram(async (run) => {
      const feeds = Array.from({ length: 8 }, (_, i) => float32([1, 4], [i, -i, 2 * i, 0]));
      const results = await Promise.all(feeds.map((feed) => run({ [input]: feed })));
      for (const [i, result] of results.entries()) await expectNumbers(result[y], [2 * i + 1, 1 - 2 * i, 4 * i + 1, 1], `overlapping run ${i}`);
    })),
    contract("a result that is kept can be read, fed again and disposed", () => withProgram(async (run) => {
      const kept = (await run({ [input]: x }, { keep: [y] }))[y]!;
      await expectNumbers(kept, [-1, 1, 3, 5], "the kept result");
      hold(kept.dtype === "float32" && String(kept.shape) === "1,4", "a kept result has a type and a shape", () => `${kept.dtype} [${kept.shape.join(", ")}]`);
      await expectNumbers((await run({ [input]: kept }))[y], [-1, 3, 7, 11], "what a kept result was fed to");
      // Twice, as whoever cleans up in `finally` may.
      if (isDeviceTensor(kept)) kept.dispose();
      if (isDeviceTensor(kept)) kept.dispose();
    })),
    contract("a cancelled signal stops before anything is done", () => withProgram(async (run) => {
      const signal = AbortSignal.abort();
      await expectError("a cancelled run is an error", () => run({ [input]: x }, { signal }), { code: "cancelled" });
      await expectError("a cancelled compilation is an error", async () => (await open()).compile(small(), { signal }), { code: "cancelled" });
      await expectNumbers((await run({ [input]: x }))[z], [0, 0, 1, 2], "the run after it");
    })),
    contract("a program is of no use after it was disposed", async () => {
      const runtime = await open();
      const [one, other] = [await runtime.compile(small()), await runtime.compile(small())];
      await one.dispose();
      await one.dispose();
      await expectError("running a disposed program is an error", () => one.run({ [input]: x }), { code: "disposed" });
      await expectNumbers((await other.run({ [input]: x }))[z], [0, 0, 1, 2], "another program of the same graph");
      await other.dispose();
    }),
    contract("a runtime is of no use after it was disposed", async () => {
      const runtime = await factory.create(options);
      await runtime.dispose();
      await runtime.dispose();
      await expectError("compiling on a disposed runtime is an error", () => runtime.compile(small()), { code: "disposed" });
    }),
    contract("what cannot be run is an error that names it", async () => {
      const runtime = await open();
      const b = new GraphBuilder();
      const from = b.input("x", "float32", [1]);
      const made = b.node("NoSuchOperator", [from], {}, { name: "the-node", outputs: ["made"], domain: "example.vitrine" });
      const node: Node = b.nodes[0]!;
      const verdict = runtime.supports(node);
      // A runtime that takes custom operators may learn only from its library that it has none of this name.
      hold(verdict === true || (typeof verdict === "string" && verdict.trim() !== ""), "`supports` answers true, or why not", () => `it answered ${String(verdict)}`);
      await expectError("an unsupported node is an error that names its operator", () => runtime.compile(b.build({ outputs: made })), { naming: ["NoSuchOperator"] });
    }),
    contract("a program says what it takes and holds", async () => {
      const b = new GraphBuilder();
      const from = b.input("x", "float32", ["N", 512]);
      const weights: Tensor = uniform([512, 512], 3);
      const program = await (await open()).compile(b.build({ outputs: [b.matMul(from, b.constant(weights, "weights"))] }));
      const { inputs, bytes } = program;
      await program.dispose();
      hold(inputs.length === 1 && inputs[0]!.name === "x", "`inputs` are those of the graph", () => JSON.stringify(inputs));
      hold(bytes >= 2 ** 20, "`bytes` counts the weights, a megabyte here", () => `it is ${bytes}`);
    }),
    contract("an output that is an input or a constant, and one used twice", () => {
      const b = new GraphBuilder();
      const from = b.input("x", "float32", [2]);
      const constant = b.constant(float32([2], [5, 6]), "c");
      const through = b.tap(from);
      const fixed = b.tap(constant);
      const square = b.node("Mul", [from, from], {}, { outputs: ["square"] })[0]!;
      return withProgram(async (run) => {
        const results = await run({ x: float32([2], [3, 4]) });
        await expectNumbers(results[through], [3, 4], "the input itself");
        await expectNumbers(results[fixed], [5, 6], "the constant");
        await expectNumbers(results[square], [9, 16], "the square");
      }, b.build({ outputs: [through, fixed, square] }));
    }),
    contract("values without elements", () => {
      const b = new GraphBuilder();
      const joined = b.node("Concat", [b.input("a", "float32", ["N", 2]), b.input("b", "float32", [1, 2])], { axis: attr.int(0) }, { outputs: ["joined"] });
      return withProgram(async (run) => {
        await expectNumbers((await run({ a: zeros("float32", [0, 2]), b: float32([1, 2], [1, 2]) }))["joined"], [1, 2], "nothing and something, joined");
      }, b.build({ outputs: joined }));
    }),
  ];
}
