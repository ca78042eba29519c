import { describe, expect, test } from "vitest";
import { coreError, defineMethod, float32, GraphBuilder, p, type Findings, type Job, type Method } from "@vitrine/core";
import { multiLayer, oneConv } from "../models/captum.js";
import { tinyConvNet } from "../models/convolutional.js";
import { describeMethod } from "../vitest.js";
import { testMethod } from "./method-suite.js";
import { showReport } from "./suite.js";

/** Output of the model, and the size of it. */
const honest = defineMethod({
  id: "output-size",
  title: "Output size",
  summary: "How large is the output?",
  citations: [{ authors: "M. Zeiler, R. Fergus", year: 2014, title: "Visualizing and Understanding Convolutional Networks", where: "arXiv:1311.2901" }],
  params: { scale: p.number({ default: 1, description: "What the output is multiplied by." }) },
  targeted: false,
  examples: ["run output-size net.onnx --input x.npy --scale 2"],
  async *run(job) {
    const b = new GraphBuilder(job.model.graph);
    const scaled = b.mul(job.model.output.name, b.scalar(job.params.scale));
    yield { kind: "progress", done: 0, total: 1, what: "running" };
    const results = await job.run(b.build({ outputs: [scaled] }));
    yield { kind: "progress", done: 1, total: 1, what: "running" };
    return {
      tensors: { output: { tensor: results[scaled]!, meaning: "the output, scaled" } },
      facts: { elements: results[scaled]!.data.length },
      views: [{ kind: "text", title: "Size", text: `${results[scaled]!.data.length} numbers` }],
    };
  },
});

describeMethod(honest);

const models = [oneConv(), multiLayer()];
const base: Findings = { tensors: {}, facts: {}, views: [] };

/** A method that ends in `findings`, or does what `work` does. */
function method(id: string, work: (job: Job) => Promise<Findings> | Findings, more: Partial<Method> = {}): Method {
  return {
    id, title: "A title", summary: "A summary.", citations: [], params: {},
    async *run(job) {
      yield { kind: "progress", done: 0, total: 1, what: "working" };
      return work(job);
    },
    ...more,
  };
}

async function complaints(subject: Method): Promise<string> {
  return showReport(await testMethod(subject, { models }));
}

describe("a method that is wrong is told what", () => {
  test("metadata and parameters", async () => {
    const report = await complaints(method("Bad_Id", () => base, {
      summary: "no sentence", examples: ["run other"],
      params: { "Odd Name": p.number({ description: "" }), low: p.integer({ min: 5, default: 1, description: "Below its own minimum." }) },
      citations: [{ authors: "A", year: 20, title: "T", where: "here" }],
    }));
    expect(report).toMatch(/the id is in kebab case: it is `Bad_Id`/);
    expect(report).toMatch(/a citation has a year: it is 20/);
    expect(report).toMatch(/`run other` lacks `Bad_Id`/);
    expect(report).toMatch(/a parameter's name is in camel case: it is `Odd Name`/);
    expect(report).toMatch(/`--low` of Bad_Id was given as `1`; it takes a whole number of at least 5/);
  });

  test("findings that do not hold together", async () => {
    const report = await complaints(method("loose", () => ({
      tensors: { map: { tensor: float32([3], [1, 2, 3]), meaning: "" } },
      facts: { share: NaN, when: new Date() as unknown as string },
      views: [{ kind: "heatmap", title: "Where", tensor: "missing", colours: "signed", unit: "drop", range: [-1, 2] }, { kind: "heatmap", title: "", tensor: "map", colours: "importance", unit: "" }],
    })));
    expect(report).toMatch(/the tensor `map` does not say what it means; the fact `share` is NaN, which JSON cannot hold; the fact `when` is no plain object/);
    expect(report).toMatch(/view 0 \(heatmap\) diverges around zero, and its range -1 to 2 does not/);
    const second = await complaints(method("loose", () => ({ ...base, views: [{ kind: "matrix", title: "M", tensor: "m", rows: ["a"], columns: ["b"], colours: "magnitude", unit: "1" }] })));
    expect(second).toMatch(/view 0 \(matrix\) names the tensor `m`, which is not among the findings \(there are none\)/);
  });

  test("findings that change from run to run", async () => {
    let count = 0;
    const report = await complaints(method("fickle", () => ({ ...base, facts: { count: count++ } })));
    expect(report).toMatch(/two runs find the same: they differ at findings\.facts\.count: \d+ and \d+/);
  });

  test("writing into the input", async () => {
    const report = await complaints(method("rude", ({ feeds }) => {
      (feeds["x"]!.data as Float32Array)[0]! += 1;
      return base;
    }));
    expect(report).toMatch(/inputs are not written to: `x` has changed/);
  });

  test("leaving results on the device", async () => {
    const report = await complaints(method("leaky", async ({ model, feeds }) => {
      await model.run(model.graph, feeds, { keep: [model.output.name] });
      return base;
    }));
    expect(report).toMatch(/every result left on the device is disposed: 1 are not/);
  });

  test("not stopping", async () => {
    const report = await complaints(method("deaf", async ({ model, feeds }) => {
      for (let i = 0; i < 5; i++) await model.run(model.graph, feeds);
      return base;
    }));
    expect(report).toMatch(/it stops when it is cancelled in runtime call 1 of 5: nothing was thrown|it stops within one runtime call: it made 4 more/);
  });

  test("results that depend on the batch", async () => {
    const report = await complaints(method("lumpy", ({ batch }) => ({ ...base, tensors: { size: { tensor: float32([1], [batch]), meaning: "the batch" } } })));
    expect(report).toMatch(/`size` differs by 8\.8e-1 between batches of 8 and of 1|`size` differs by 7/);
  });

  test("crashing, and refusing everything", async () => {
    const crashing = await complaints(method("crashing", () => (undefined as unknown as { x: { y: Findings } }).x.y));
    expect(crashing).toMatch(/it explains the model or says why it cannot: crashing failed: Cannot read properties of undefined/);
    const refusing = await complaints(method("refusing", ({ model }) => { throw coreError("target-output", { why: model.file.name }); }));
    expect(refusing).toMatch(/– one-conv › finds what is well-formed \(refused: The model's output has no classes/);
    expect(refusing).toMatch(/it explains at least one model: it refused all of one-conv, multi-layer/);
  });
});

test("parameters and targets may depend on the model", async () => {
  const report = await testMethod(honest, { models: [tinyConvNet()], params: () => ({ scale: 2 }), target: () => ({ kind: "class", index: 1 }) });
  expect(showReport(report)).toMatch(/ 0 do not, 0 do not apply/);
});
