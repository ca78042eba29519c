import { at, sizeOf, type Tensor } from "@vitrine/core";
import { expect, test } from "vitest";
import { normNet, zoo } from "../test/networks.js";
import { banksOf, filterOf, modelParameters, type FilterBank, type ModelParameter } from "./index.js";

const parameters = modelParameters(zoo());
const named = (name: string, from: readonly ModelParameter[] = parameters): ModelParameter => from.find((parameter) => parameter.name === name)!;

/** Every number of a bank against `index`, which says where filter, slice and kernel position lie in the tensor. */
function check(bank: FilterBank, tensor: Tensor, index: (filter: number, slice: number, kernel: readonly number[]) => readonly number[]): void {
  for (let f = 0; f < bank.filters; f++) {
    const values = filterOf(bank, f);
    expect(values).toHaveLength(bank.slices * sizeOf(bank.kernel));
    values.forEach((value, i) => {
      const position: number[] = [];
      let rest = i;
      for (const dim of [...bank.kernel].reverse()) {
        position.unshift(rest % dim);
        rest = Math.floor(rest / dim);
      }
      expect(value).toBe(at(tensor, ...index(f, rest, position)));
    });
  }
}

test("parameters are found, named after their layers and told apart by what they do", () => {
  expect(parameters.map(({ name, value, kind, role }) => [name, value, kind, role])).toEqual([
    ["embed.table", "table", "embedding", "table"],
    ["lstm.weight", "lstm.W", "recurrent", "weight"], ["lstm.recurrent", "lstm.R", "recurrent", "recurrent-weight"], ["lstm.bias", "lstm.B", "recurrent", "recurrent-bias"], ["lstm.peephole", "lstm.P", "recurrent", "peephole"],
    ["gru.weight", "gru.W", "recurrent", "weight"], ["gru.recurrent", "gru.R", "recurrent", "recurrent-weight"],
    ["rnn.weight", "rnn.W", "recurrent", "weight"], ["rnn.recurrent", "rnn.R", "recurrent", "recurrent-weight"],
    ["wave.weight", "wave", "conv", "weight"], ["cube.weight", "cube", "conv", "weight"],
    ["gemm.weight", "gemm", "dense", "weight"], ["gemm.bias", "gemm.bias", "dense", "bias"],
    ["mm.weight", "turned", "dense", "weight"], ["scale.constant", "gain", "other", "constant"], ["prelu.slope", "slope", "activation", "slope"],
  ].sort((a, b) => order(a[0]!) - order(b[0]!)));
});
const order = (name: string): number => parameters.findIndex((parameter) => parameter.name === name);

test("a bias that is added after a product is that layer's", () => {
  const found = modelParameters(normNet());
  expect(named("fc.bias", found)).toMatchObject({ layer: "fc", kind: "dense", value: "fc.bias", role: "bias" });
  expect(found.filter(({ layer }) => layer === "bn1").map(({ role }) => role)).toEqual(["scale", "bias", "mean", "variance"]);
});

test("convolutions of one, two and three dimensions", () => {
  for (const [name, kernel] of [["wave.weight", [4]], ["cube.weight", [2, 3, 3]]] as const) {
    const parameter = named(name);
    const [bank] = banksOf(parameter);
    expect(bank!.kernel).toEqual(kernel);
    check(bank!, parameter.tensor, (f, s, k) => [f, s, ...k]);
  }
});

test("a transposed convolution in groups: an output channel's filter over its group's inputs", () => {
  const parameter = named("up.weight", modelParameters(normNet()));
  const [bank] = banksOf(parameter);
  expect(bank).toMatchObject({ filters: 6, slices: 2, kernel: [2, 2], groups: 2 });
  check(bank!, parameter.tensor, (f, s, k) => [Math.floor(f / 3) * 2 + s, f % 3, ...k]);
});

test("dense layers: a filter is what a unit multiplies the input with, however the file turns it", () => {
  const gemm = named("gemm.weight");
  check(banksOf(gemm)[0]!, gemm.tensor, (f, s) => [f, s]);
  expect(banksOf(gemm)[0]).toMatchObject({ filters: 8, slices: 30 });
  const mm = named("mm.weight");
  expect(mm.tensor.shape).toEqual([30, 6]);
  check(banksOf(mm)[0]!, mm.tensor, (f, s) => [s, f]);
  const turned = zoo().constants.get("turned")!.read();
  expect(filterOf(banksOf(mm)[0]!, 2)[7]).toBe(at(turned, 2, 7));
});

test("recurrent layers: a block for each gate and direction, in ONNX's order", () => {
  const lstm = named("lstm.weight");
  const blocks = banksOf(lstm);
  expect(blocks.map(({ block }) => block)).toEqual(["forward", "backward"].flatMap((way) => ["input gate", "output gate", "forget gate", "cell"].map((gate) => `${gate}, ${way}`)));
  blocks.forEach((bank, i) => check(bank, lstm.tensor, (f, s) => [Math.floor(i / 4), (i % 4) * 3 + f, s]));
  expect(banksOf(named("gru.recurrent")).map(({ block }) => block)).toEqual(["update gate", "reset gate", "hidden"]);
  banksOf(named("gru.recurrent")).forEach((bank, i) => check(bank, named("gru.recurrent").tensor, (f, s) => [0, i * 3 + f, s]));
  expect(banksOf(named("rnn.weight")).map(({ block }) => block)).toEqual([""]);
  expect(banksOf(named("lstm.bias"))).toEqual([]);
});
