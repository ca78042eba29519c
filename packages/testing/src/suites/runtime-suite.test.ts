import { describe, expect, test } from "vitest";
import { coreError, float32, isDeviceTensor, lowerings, type Program, type Runtime, type RuntimeFactory } from "@vitrine/core";
import { referenceRuntime } from "../reference/runtime.js";
import { describeRuntime } from "../vitest.js";
import { runtimeSuite, testRuntime } from "./runtime-suite.js";
import { showReport } from "./suite.js";

// The reference passes its own suite: the contract, and that every case runs.
describeRuntime(referenceRuntime);

/** The reference runtime with something spoiled. */
function spoiled(change: { runtime?: (runtime: Runtime) => Partial<Runtime>; program?: (program: Program) => Partial<Program>; factory?: Partial<RuntimeFactory> }): RuntimeFactory {
  return {
    ...referenceRuntime,
    ...change.factory,
    create: async (options) => {
      const runtime = await referenceRuntime.create(options);
      const compile: Runtime["compile"] = async (graph, compileOptions) => {
        const program = await runtime.compile(graph, compileOptions);
        return { ...program, ...change.program?.(program) };
      };
      return { ...runtime, compile, ...change.runtime?.(runtime) };
    },
  };
}

const failures = async (factory: RuntimeFactory, only: (name: string) => boolean = (name) => name.startsWith("contract")): Promise<string[]> =>
  (await testRuntime(factory, { only })).failed.map(({ name, why }) => `${name}: ${why}`);

describe("a runtime that is wrong is told what", () => {
  test("ignores superfluous feeds, and types", async () => {
    const lenient = spoiled({
      program: ({ run, inputs }) => ({
        run: (feeds, options) => {
          const known = Object.entries(feeds).filter(([name]) => inputs.some((input) => input.name === name));
          return run(Object.fromEntries(known.map(([name, value]) => [name, value.dtype === "float64" ? float32(value.shape, new Float32Array(4)) : value])), options);
        },
      }),
    });
    expect(await failures(lenient)).toEqual([
      "contract › a superfluous feed is an error: a superfluous feed is an error: nothing was thrown.",
      "contract › a mistyped feed is an error: a feed of another type is an error: nothing was thrown.",
    ]);
  });

  test("does not see a cancelled signal", async () => {
    const deaf = spoiled({
      program: ({ run }) => ({ run: (feeds, options) => run(feeds, { ...options, signal: undefined }) }),
    });
    expect(await failures(deaf)).toEqual(["contract › a cancelled signal stops before anything is done: a cancelled run is an error: nothing was thrown."]);
  });

  test("shares one result among runs, and works after its end", async () => {
    const shared = new Float32Array(4);
    const sharing = spoiled({
      program: ({ run }) => ({
        dispose: () => Promise.resolve(),
        run: async (feeds, options) => {
          const results = await run(feeds, options);
          const y = results["/block.0/Add_output_0"];
          if (!y || isDeviceTensor(y) || y.data.length !== 4) return results;
          shared.set(y.data as Float32Array);
          return { ...results, "/block.0/Add_output_0": float32([1, 4], shared) };
        },
      }),
    });
    const found = await failures(sharing);
    expect(found.join("\n")).toMatch(/results are not written to by later runs: the first result: it holds 19, 19, 19, 19, and -1, 1, 3, 5 is expected/);
    expect(found.join("\n")).toMatch(/runs of one program may overlap/);
    expect(found.join("\n")).toMatch(/a program is of no use after it was disposed: running a disposed program is an error: nothing was thrown/);
  });

  test("throws errors of its own", async () => {
    const foreign = spoiled({ runtime: () => ({ supports: () => true, compile: () => Promise.reject(new TypeError("no")) }) });
    const [first, second] = [await failures(foreign, (name) => name.includes("that names it")), await failures(foreign, (name) => name === "operator › Relu: over its range")];
    expect(first[0]).toMatch(/an unsupported node is an error that names its operator: it ended in TypeError: no, which is no VitrineError/);
    expect(second).toEqual(["operator › Relu: over its range: no"]);
  });

  test("falls back silently, and names itself badly", async () => {
    const silent = spoiled({ runtime: ({ info }) => ({ info: { ...info, provider: "cpu", notices: [] } }), factory: { id: "Reference Runtime" } });
    const report = await testRuntime(silent, { runtime: { providers: ["cuda", "cpu"] }, only: (name) => name.startsWith("contract › the ") });
    expect(report.failed.map(({ why }) => why)).toEqual([
      "an id is in kebab case: it is `Reference Runtime`.",
      "`info.id` is the factory's id: it is `reference`, and the factory's is `Reference Runtime`.",
    ]);
    const renamed = await testRuntime({ ...silent, id: "reference" }, { runtime: { providers: ["cuda", "cpu"] }, only: (name) => name === "contract › the runtime says what it runs on" });
    expect(renamed.failed[0]!.why).toMatch(/cuda was asked for, cpu is used, and the notices say nothing of it/);
  });

  test("computes something else by a ten-thousandth", async () => {
    const inexact = spoiled({
      program: ({ run }) => ({
        run: async (feeds, options) => Object.fromEntries(Object.entries(await run(feeds, options)).map(([name, value]) =>
          [name, !isDeviceTensor(value) && value.dtype === "float32" ? float32(value.shape, value.data.map((x) => x * 1.0001)) : value])),
      }),
    });
    const only = (name: string): boolean => name === "operator › Conv: 3×3" || name === "model › one-conv";
    expect(await failures(inexact, only)).toEqual([
      expect.stringMatching(/^operator › Conv: 3×3: `y0` of Conv differs by a relative L2 error of 1\.00e-4, and 1\.00e-5 is allowed: element \d+ is/),
      expect.stringMatching(/^model › one-conv: `logits` of one-conv differs/),
    ]);
    expect((await testRuntime(inexact, { only, tolerance: 2e-4 })).failed).toEqual([]);
  });
});

test("what a runtime says it cannot do is lowered, or does not apply, with the reason", async () => {
  const limited = spoiled({
    runtime: (runtime) => ({
      supports: (node, shapes) => (node.op === "Einsum" || node.op === "LSTM" ? `it has no ${node.op}` : runtime.supports(node, shapes)),
      compile: (graph, options) => {
        const missing = graph.nodes.find(({ op }) => op === "Einsum" || op === "LSTM");
        return missing ? Promise.reject(coreError("compile-failed", { runtime: "limited", why: missing.op })) : runtime.compile(graph, options);
      },
    }),
  });
  const report = await testRuntime(limited, { only: (name) => /Einsum: batched product|LSTM: forward|tiny-lstm/.test(name) });
  expect(lowerings.map(({ id }) => id).join(" ")).toMatch(/einsum/i);
  expect(report.passed).toEqual(["operator › Einsum: batched product"]);
  expect(report.skipped.map(({ name }) => name)).toEqual(["operator › LSTM: forward", "model › tiny-lstm"]);
  expect(showReport(report)).toMatch(/– operator › LSTM: forward \(.*it has no LSTM/);
});

test("names are unique", () => {
  const names = runtimeSuite(referenceRuntime).cases.map(({ name }) => name);
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
});
