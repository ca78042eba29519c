import { defineMethod, float32, GraphBuilder, p, toFloat32 } from "@vitrine/core";

/** How strongly each layer responds on average. Put your own question in its place. */
export const method = defineMethod({
  // The name of the command: `vitrine run my-id`.
  id: "my-id",
  title: "My title",
  // The question that it answers, as one sentence.
  summary: "How strongly does each layer respond on average?",
  // Where the idea comes from: { authors, year, title, where }.
  citations: [],
  // Each is a flag, checked before anything runs: `--layers conv1,conv2`.
  params: {
    layers: p.layers({ description: "Layers to look at, by readable name or graph value; all by default." }),
  },
  // It looks at activations, not at the way to one answer: there is no `--target`.
  targeted: false,

  async *run(job) {
    const { model, params } = job;
    yield { kind: "progress", done: 0, total: 1, what: "running the network" };
    const layers = params.layers ? await Promise.all(params.layers.map((name) => model.layer(name, job.feeds))) : await model.layers(job.feeds);

    // The model's graph with one more output per layer: runs at the runtime's full speed, on every runtime.
    const builder = new GraphBuilder(model.graph);
    const means = layers.map(({ value, shape, batchAxis }) => {
      const others = shape.map((_, axis) => axis).filter((axis) => axis !== batchAxis);
      return builder.reduceMean(builder.cast(value, "float32"), others);
    });
    const results = await job.run(builder.build({ outputs: means }), job.feeds, { batch: job.batch });
    yield { kind: "progress", done: 1, total: 1, what: "running the network" };

    // Of the first sample; a set of inputs would have one row each.
    const values = means.map((name) => toFloat32(results[name])[0]);
    return {
      // Written as .npy files, each with what it means.
      tensors: { means: { tensor: float32([values.length], values), meaning: "mean activation of each layer, in the network's order", axes: ["layer"] } },
      // Numbers and texts for findings.json.
      facts: { strongest: layers[values.indexOf(Math.max(...values))]?.name ?? null },
      // What is drawn, not how.
      views: [{ kind: "bars", title: "Mean activation of each layer", xAxis: "mean activation", bars: layers.map(({ name }, i) => ({ label: name, value: values[i] })) }],
    };
  },
});
