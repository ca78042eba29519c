import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { attr, float32, GraphBuilder, int64, lower, lowerings, seededRandom, sizeOf, toNumbers, type Attributes, type Graph, type Runtime, type Tensor } from "@vitrine/core";
import { relativeL2 } from "@vitrine/testing";
import { onnxNode } from "./index.js";

// Each lowering against onnxruntime's own kernel on the CPU, over random attributes and sizes.

let runtime: Runtime;
beforeAll(async () => {
  runtime = await onnxNode().create();
});
afterAll(() => runtime.dispose());

const random = seededRandom(20240611);
const pick = <T>(list: readonly T[]): T => list[random.below(list.length)]!;
const upTo = (most: number): number => random.below(most + 1);
const normals = (shape: readonly number[]): Tensor => float32(shape, Float32Array.from({ length: sizeOf(shape) }, () => random.normal()));

/** Lowers every node of kind `op`, as a runtime that refuses it would have it. */
function lowered(graph: Graph, op: string, shapes: ReadonlyMap<string, readonly number[]>): { graph: Graph; applied: readonly string[] } {
  const first = new Set(graph.nodes);
  const refusing = { info: runtime.info, supports: (node: Graph["nodes"][number]): true | string => (first.has(node) && node.op === op ? "refused" : true) };
  const result = lower(graph, refusing, (name) => shapes.get(name));
  return { graph: result.graph, applied: result.applied.map(({ lowering }) => lowering) };
}

async function compare(graph: Graph, op: string, feeds: Record<string, Tensor>, what: string): Promise<void> {
  const shapes = new Map(Object.entries(feeds).map(([name, value]) => [name, value.shape]));
  const after = lowered(graph, op, shapes);
  expect(after.applied, what).toHaveLength(1);
  const [one, two] = [await runtime.compile(graph), await runtime.compile(after.graph)];
  const [expected, actual] = [await one.run(feeds), await two.run(feeds)];
  for (const { name } of graph.outputs) {
    const [a, b] = [actual[name] as Tensor, expected[name] as Tensor];
    expect(a.shape, `${what} ${name}`).toEqual(b.shape);
    expect(a.dtype).toBe(b.dtype);
    if (a.dtype === "int64") expect(toNumbers(a), `${what} ${name}`).toEqual(toNumbers(b));
    else expect(relativeL2(toNumbers(a), toNumbers(b)), `${what} ${name}`).toBeLessThan(1e-6);
  }
  await Promise.all([one.dispose(), two.dispose()]);
}

// batch-first has no kernel to be compared with: the suite holds what it makes against the reference.
test("there are the lowerings that the tests below know", () => {
  expect(lowerings.map(({ id }) => id)).toEqual(["max-pool-indices", "grouped-conv", "einsum", "negative-pad", "batch-first"]);
});

describe("max-pool-indices", () => {
  const draw = (spatial: number): { attributes: Attributes; shape: number[]; what: string } | undefined => {
    const kernel = Array.from({ length: spatial }, () => 1 + upTo(2));
    const dilations = kernel.map(() => pick([1, 1, 2]));
    const strides = kernel.map(() => 1 + upTo(2));
    const reach = kernel.map((size, i) => (size - 1) * dilations[i]! + 1);
    const auto = pick(["NOTSET", "NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"]);
    // A pad as wide as the window would make windows of padding alone.
    const pads = [...kernel, ...kernel].map((size) => upTo(Math.min(1, size - 1)));
    const shape = [1 + upTo(2), 1 + upTo(2), ...reach.map((size) => size + upTo(6))];
    const ceil = upTo(1);
    // onnxruntime refuses SAME where it would pad by less than nothing, and counts no dilations there.
    if (auto.startsWith("SAME") && (dilations.some((size) => size > 1) || strides.some((stride, i) => stride > kernel[i]!))) return undefined;
    const attributes: Attributes = {
      kernel_shape: attr.ints(kernel), strides: attr.ints(strides), dilations: attr.ints(dilations), ceil_mode: attr.int(ceil), storage_order: attr.int(upTo(1)),
      ...(auto === "NOTSET" ? { pads: attr.ints(pads) } : { auto_pad: attr.string(auto) }),
    };
    return { attributes, shape, what: JSON.stringify({ attributes, shape }) };
  };

  test.each([1, 2, 3])("%i spatial axes, random windows", async (spatial) => {
    for (let i = 0; i < 16; i++) {
      const drawn = draw(spatial);
      if (!drawn) continue;
      const b = new GraphBuilder();
      const x = b.input("x", "float32", drawn.shape.map(() => null));
      const outputs = b.node("MaxPool", [x], drawn.attributes, { outputs: ["y", "where"] });
      await compare(b.build({ outputs }), "MaxPool", { x: normals(drawn.shape) }, drawn.what);
    }
  }, 60_000);

  test("ties go to the first of the window, and many samples and channels count on", async () => {
    const b = new GraphBuilder();
    const x = b.input("x", "float32", ["N", "C", "H", "W"]);
    const outputs = b.node("MaxPool", [x], { kernel_shape: attr.ints([3, 3]), strides: attr.ints([2, 2]), pads: attr.ints([1, 1, 1, 1]) }, { outputs: ["y", "where"] });
    const graph = b.build({ outputs });
    for (const shape of [[2, 3, 7, 5], [1, 1, 4, 4], [3, 2, 9, 8]]) {
      await compare(graph, "MaxPool", { x: float32(shape, Float32Array.from({ length: sizeOf(shape) }, () => upTo(1) - 1)) }, String(shape));
    }
  });

  test("one lowered graph serves every size", async () => {
    const b = new GraphBuilder();
    const x = b.input("x", "float32", ["N", "C", "H", "W"]);
    const outputs = b.node("MaxPool", [x], { kernel_shape: attr.ints([2, 2]), strides: attr.ints([2, 2]), ceil_mode: attr.int(1) }, { outputs: ["y", "where"] });
    const graph = b.build({ outputs: [outputs[1]!] });
    const { graph: after } = lowered(graph, "MaxPool", new Map());
    const [one, two] = [await runtime.compile(graph), await runtime.compile(after)];
    for (const shape of [[1, 1, 5, 5], [2, 3, 6, 9]]) {
      const feeds = { x: normals(shape) };
      expect(toNumbers((await two.run(feeds))["where"] as Tensor)).toEqual(toNumbers((await one.run(feeds))["where"] as Tensor));
    }
  });
});

test("grouped-conv: 25 random grouped convolutions", async () => {
  for (let i = 0; i < 25; i++) {
    const [groups, ins, outs] = [2 + upTo(3), 1 + upTo(2), pick([1, 2, 3, 5, 6, 7, 9])];
    const spatial = pick([1, 2, 2, 3]);
    const kernel = Array.from({ length: spatial }, () => 1 + upTo(2));
    const shape = [1 + upTo(1), groups * ins, ...kernel.map((size) => size + upTo(4))];
    const b = new GraphBuilder();
    const x = b.input("x", "float32", shape);
    const weights = b.constant(normals([groups * outs, ins, ...kernel]), "weights");
    const bias = upTo(1) === 1 ? [b.constant(normals([groups * outs]), "bias")] : [];
    const y = b.op("Conv", [x, weights, ...bias], { group: attr.int(groups), strides: attr.ints(kernel.map(() => 1 + upTo(1))) }, "y");
    await compare(b.build({ outputs: [y] }), "Conv", { x: normals(shape) }, JSON.stringify({ groups, ins, outs, kernel }));
  }
}, 60_000);

describe("einsum", () => {
  const equations: [equation: string, ...shapes: number[][]][] = [
    ["ij,jk->ik", [2, 3], [3, 4]],
    ["bhid,bhjd->bhij", [2, 3, 4, 5], [2, 3, 6, 5]],
    ["bhij,bhjd->bihd", [2, 3, 4, 6], [2, 3, 6, 5]],
    ["bij,bjk->bik", [2, 3, 4], [2, 4, 5]],
    ["ij->ji", [2, 3]],
    ["ij->i", [2, 3]],
    ["ij->", [2, 3]],
    ["i,i->", [4], [4]],
    ["i,j->ij", [3], [4]],
    ["bn,anm,bm->ba", [2, 3], [4, 3, 5], [2, 5]],
    ["ii->i", [4, 4]],
    ["ii", [4, 4]],
    ["ij,jk", [2, 3], [3, 4]],
    ["ba,b", [2, 3], [2]],
    ["...ij,...jk->...ik", [2, 5, 3, 4], [2, 5, 4, 6]],
    ["...ij,...jk->...ik", [2, 5, 3, 4], [2, 1, 4, 6]],
    ["b...c,cd->b...d", [2, 3, 4, 5], [5, 6]],
    ["nchw,nkhw->nkc", [2, 3, 4, 5], [2, 6, 4, 5]],
    ["abc,cbd->da", [2, 3, 4], [4, 3, 5]],
    ["ab,cd->abcd", [2, 3], [4, 5]],
    ["abk,k->ab", [2, 3, 4], [4]],
    ["k,kab->ab", [4], [4, 2, 3]],
    ["iij,jk->ik", [3, 3, 4], [4, 2]],
    ["abc,abc->abc", [2, 3, 4], [2, 3, 4]],
    ["i...->...", [2, 3, 4]],
    ["bik,bk->bi", [2, 3, 4], [2, 4]],
  ];
  test.each(equations)("%s", async (equation, ...shapes) => {
    const b = new GraphBuilder();
    const names = shapes.map((shape, i) => b.input(`x${i}`, "float32", shape));
    const y = b.op("Einsum", names, { equation: attr.string(equation) }, "y");
    await compare(b.build({ outputs: [y] }), "Einsum", Object.fromEntries(names.map((name, i) => [name, normals(shapes[i]!)])), equation);
  });

  test("25 random equations of two operands", async () => {
    const sizes: Readonly<Record<string, number>> = { a: 2, b: 3, c: 4, d: 5, e: 1 };
    for (let i = 0; i < 25; i++) {
      const shuffled = (most: number): string => {
        const letters = Object.keys(sizes);
        return Array.from({ length: 1 + upTo(most - 1) }, () => letters.splice(random.below(letters.length), 1)[0]!).join("");
      };
      const [left, right] = [shuffled(4), shuffled(4)];
      const all = [...new Set(left + right)];
      const result = all.filter(() => upTo(2) > 0).sort(() => random.below(3) - 1).join("");
      const equation = `${left},${right}->${result}`;
      const shapes = [left, right].map((term) => [...term].map((letter) => sizes[letter]!));
      const b = new GraphBuilder();
      const names = shapes.map((shape, at) => b.input(`x${at}`, "float32", shape));
      const y = b.op("Einsum", names, { equation: attr.string(equation) }, "y");
      await compare(b.build({ outputs: [y] }), "Einsum", Object.fromEntries(names.map((name, at) => [name, normals(shapes[at]!)])), equation);
    }
  }, 60_000);
});

test("negative-pad: 25 random paddings of every mode", async () => {
  let cut = 0;
  for (let i = 0; i < 25; i++) {
    const shape = Array.from({ length: 1 + upTo(3) }, () => 5 + upTo(3));
    const mode = pick(["constant", "edge", "reflect"]);
    const pads = [...shape, ...shape].map(() => upTo(4) - 2);
    if (pads.every((pad) => pad >= 0)) continue;
    cut++;
    const b = new GraphBuilder();
    const x = b.input("x", "float32", shape);
    const value = mode === "constant" && upTo(1) === 1 ? [b.scalar(3)] : [];
    const y = b.op("Pad", [x, b.constant(int64(pads), "pads"), ...value], { mode: attr.string(mode) }, "y");
    await compare(b.build({ outputs: [y] }), "Pad", { x: normals(shape) }, JSON.stringify({ shape, pads, mode }));
  }
  expect(cut).toBeGreaterThan(12);
}, 60_000);

test("negative-pad of some axes only", async () => {
  const b = new GraphBuilder();
  const x = b.input("x", "float32", [4, 5, 6]);
  const y = b.op("Pad", [x, b.ints([-1, 2, 1, -3]), "", b.ints([-1, 0])], {}, "y");
  await compare(b.build({ outputs: [y] }), "Pad", { x: normals([4, 5, 6]) }, "axes");
});
