import { attr, scalar } from "@vitrine/core";
import { channelsFirst, type Order } from "../build/held.js";
import { windowAttributes, windowSizes } from "../build/window.js";
import { transposedConstant } from "../weights/derived.js";
import { activated } from "./activations.js";
import { held, type KerasValue, type LayerCall, type LayerRule } from "./call.js";
import { checkSizes, placesOf, windowOf } from "./conv.js";

/** Steps that are written out, one after the other. */
const mostSteps = 256;

/** From Keras's [kh, kw, in, out] to [out, in, kh, kw]. */
const kernelOrder: Order = [3, 2, 0, 1];

/**
 * An LSTM whose products are convolutions. ONNX has no operator for it: what the input gives is one convolution of all steps, and the
 * steps are written out, so that they can be looked at and differentiated.
 */
export const convLstm: LayerRule = (call) => {
  const { b } = call;
  const [input, ...initial] = call.inputs;
  if (input?.shape.length !== 5) return call.invalid("its input is no sequence of maps: batch, time, and three axes");
  if (input.mask) call.fail(`the layer \`${input.mask.layer}\` masks steps of its sequence`);
  if (initial.length !== 0 && initial.length !== 2) call.invalid(`${initial.length} initial states are given, and it has 2`);
  const [batch = null, time = null, ...rest] = input.shape;
  if (time === null || time > mostSteps) return call.fail(`its steps are written out, and ${time === null ? "their number is not fixed by the model" : `there are ${time} of at most ${mostSteps}`}`);
  const filters = call.config.int("filters", undefined, 1);
  const step: KerasValue = held(b.reshape(call.layout.plain(input), [-1, ...call.known(rest, "a size of its maps")], "Reshape"), [null, ...rest]);
  const places = placesOf(call, step, 2);
  const window = windowOf(call, 2);
  const sizes = call.known(checkSizes(call, windowSizes(window, places.sizes)), "a size of its maps");
  const kernel = call.parameter("kernel", [...window.kernel, places.channels, 4 * filters], (weight) => transposedConstant(weight, kernelOrder));
  const recurrent = call.parameter("recurrent_kernel", [...window.kernel, filters, 4 * filters], (weight) => transposedConstant(weight, kernelOrder));
  const biases = call.config.boolean("use_bias", true) ? [call.parameter("bias", [4 * filters])] : [];
  const fromInput = b.within([...b.scope, "input"], () => b.reshape(b.op("Conv", [call.layout.in(step, places.order), kernel, ...biases], windowAttributes(window, places.sizes)), [-1, time, 4 * filters, ...sizes], "Reshape"));
  const order = places.order;
  const shape = places.shape(filters, sizes).map((size, axis) => (axis === 0 ? batch : size));
  const inner = windowAttributes({ kernel: window.kernel, strides: [1, 1], dilations: [1, 1], padding: "same" }, sizes);
  const act = (value: string, key: string, fallback: string): string => activated(call, held(value, shape, order), key, fallback).value;
  let [h, c] = initial.map((state) => call.layout.in(state, order)) as [string | undefined, string | undefined];
  const backwards = call.config.boolean("go_backwards", false);
  const taken = Array.from({ length: time }, (_, i) => (backwards ? time - 1 - i : i)).map((t) => b.within([...b.scope, `step ${t}`], () => {
    const x = b.gather(fromInput, b.constant(scalar(t, "int64"), "t"), 1);
    const sum = h === undefined ? x : b.op("Add", [x, b.op("Conv", [h, recurrent], inner)]);
    const [i, f, g, o] = b.node("Split", [sum, b.ints([filters, filters, filters, filters])], { axis: attr.int(1) }, { outputs: ["i", "f", "g", "o"].map((gate) => `${b.scope.join("/")}/${gate}`) }) as [string, string, string, string];
    const fresh = b.mul(act(i, "recurrent_activation", "hard_sigmoid"), act(g, "activation", "tanh"), "Mul");
    c = c === undefined ? fresh : b.op("Add", [b.mul(act(f, "recurrent_activation", "hard_sigmoid"), c, "Mul"), fresh]);
    h = b.mul(act(o, "recurrent_activation", "hard_sigmoid"), act(c, "activation", "tanh"), "Mul");
    return h;
  }));
  if (call.config.boolean("stateful", false)) call.context.notice(`The layer \`${call.title}\` is stateful: here its state starts at zero in every run.`);
  const states = [held(h!, shape, order), held(c!, shape, order)];
  const result = call.config.boolean("return_sequences", false) ? sequence(call, taken, shape, order) : states[0]!;
  return [result, ...(call.config.boolean("return_state", false) ? states : [])];
};

/** All steps, one after the other along axis 1. */
function sequence(call: LayerCall, steps: readonly string[], shape: KerasValue["shape"], order: Order | undefined): KerasValue {
  const value = call.b.concat(steps.map((step) => call.b.unsqueeze(step, [1])), 1, "Concat");
  const [batch = null, ...rest] = shape;
  return held(value, [batch, steps.length, ...rest], order && [0, 1, ...channelsFirst(4).slice(1).map((axis) => axis + 1)]);
}
