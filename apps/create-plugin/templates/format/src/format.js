import { float32, GraphBuilder } from "@vitrine/core";
import { formatError } from "./errors.js";

const extension = ".layers.json";

/**
 * Reads networks of dense layers from JSON, such as a scikit-learn `MLPClassifier` is easily written as. Put your own format in its place.
 *
 * @type {import("@vitrine/core").Format}
 */
export const format = {
  id: "my-id",
  title: "My title: dense layers as JSON",
  extensions: [extension],

  // Cheap: by the name and the first bytes.
  recognises: (name, head) => name.toLowerCase().endsWith(extension) && /^\s*\{/.test(new TextDecoder().decode(head)),

  read: async (source) => {
    const layers = parse(new TextDecoder().decode(await source.read()), source.name);
    const builder = new GraphBuilder();
    let value = builder.input("features", "float32", ["N", layers[0].weights.length]);
    for (const [i, { weights, bias, activation }] of layers.entries()) {
      const matrix = builder.constant(float32([weights.length, bias.length], weights.flat()), `layer${i}.weight`);
      value = builder.add(builder.matMul(value, matrix, `layer${i}.product`), builder.constant(float32([bias.length], bias), `layer${i}.bias`), `layer${i}`);
      value = activations[activation](builder, value, `layer${i}.${activation}`);
    }
    // Written in the canonical opset, with names that a reader of the file knows.
    const graph = builder.build({ outputs: [value] });
    return { graph: { ...graph, name: source.name.slice(0, -extension.length) }, metadata: {}, origin: `my-plugin, ${layers.length} dense layers`, notices: [] };
  },
};

/** @type {Record<string, (builder: GraphBuilder, value: string, name: string) => string>} */
const activations = {
  identity: (_, value) => value,
  relu: (builder, value, name) => builder.relu(value, name),
  tanh: (builder, value, name) => builder.tanh(value, name),
  logistic: (builder, value, name) => builder.sigmoid(value, name),
  softmax: (builder, value, name) => builder.softmax(value, 1, name),
};

/**
 * The layers of a file, each checked: what a file holds is not to be trusted.
 * @param {string} text
 * @param {string} file
 * @returns {{ weights: number[][], bias: number[], activation: string }[]}
 */
function parse(text, file) {
  const fail = (/** @type {string} */ why) => formatError("my-id-invalid", { file, why });
  let json;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw fail(error instanceof Error ? error.message : String(error));
  }
  const layers = json?.layers;
  if (!Array.isArray(layers) || layers.length === 0) throw fail("it has no list `layers`");
  let inputs = layers[0]?.weights?.length;
  layers.forEach((layer, i) => {
    const isNumbers = (/** @type {unknown} */ list) => Array.isArray(list) && list.length > 0 && list.every((number) => typeof number === "number");
    if (!isNumbers(layer?.bias)) throw fail(`\`bias\` of layer ${i} is no list of numbers`);
    const fits = Array.isArray(layer.weights) && layer.weights.length === inputs && inputs > 0 && layer.weights.every((/** @type {unknown[]} */ row) => isNumbers(row) && row.length === layer.bias.length);
    if (!fits) throw fail(`\`weights\` of layer ${i} are not ${inputs ?? "some"} rows of ${layer.bias.length} numbers`);
    if (!Object.hasOwn(activations, layer.activation)) throw fail(`\`activation\` of layer ${i} is none of ${Object.keys(activations).join(", ")}`);
    inputs = layer.bias.length;
  });
  return layers;
}
