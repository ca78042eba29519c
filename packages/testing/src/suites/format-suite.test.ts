import { describe, expect, test } from "vitest";
import { attr, canonicalOpset, coreError, float32, fingerprint, GraphBuilder, type Format, type Graph } from "@vitrine/core";
import { describeFormat } from "../vitest.js";
import { checkGraph } from "./check-graph.js";
import { testFormat } from "./format-suite.js";
import { showReport } from "./suite.js";

/** relu(x) · a constant, as the little format below stores it: a mark, a length, the constant's numbers. */
function graphOf(numbers: readonly number[]): Graph {
  const b = new GraphBuilder();
  const x = b.input("x", "float32", ["N", numbers.length]);
  return b.build({ outputs: [b.mul(b.relu(x), b.constant(float32([numbers.length], numbers), "w"), "y")] });
}

const mark = "LITTLE";

function encode(numbers: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(mark.length + 2 + 4 * numbers.length);
  bytes.set(new TextEncoder().encode(mark));
  bytes[mark.length] = numbers.length;
  bytes[mark.length + 1] = numbers.reduce((sum, n) => sum + n, 0) & 255;
  bytes.set(new Uint8Array(Float32Array.from(numbers).buffer), mark.length + 2);
  return bytes;
}

const invalid = (name: string): Error => coreError("npy-invalid", { name, why: "it is no little model" });

const little: Format = {
  id: "little",
  title: "Little",
  extensions: [".little"],
  recognises: (_, head) => new TextDecoder().decode(head.subarray(0, mark.length)) === mark,
  read: async ({ name, read }) => {
    const bytes = await read();
    const count = bytes[mark.length];
    if (new TextDecoder().decode(bytes.subarray(0, mark.length)) !== mark || count === undefined || bytes.length !== mark.length + 2 + 4 * count) throw invalid(name);
    return { graph: graphOf(Array.from(new Float32Array(bytes.slice(mark.length + 2).buffer))), metadata: {}, origin: "little", notices: [] };
  },
  write: async ({ graph }) => encode(Array.from(graph.constants.get("w")!.read().data as Float32Array)),
};
const sample = { name: "a.little", bytes: encode([1, 2, 3]) };

describeFormat(little, [sample]);

describe("a format that is wrong is told what", () => {
  const complaints = async (change: Partial<Format>): Promise<string> => showReport(await testFormat({ ...little, ...change }, [sample]));

  test("crashes on what is cut off", async () => {
    const report = await complaints({
      read: async (source) => {
        const bytes = await source.read();
        new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getFloat32(14);
        return little.read(source);
      },
    });
    expect(report).toMatch(/a\.little cut after \d+ of 20 bytes ended in RangeError/);
    expect(report).toMatch(/an empty file ended in RangeError/);
  });

  test("reads anything, claims anything, and blames itself", async () => {
    const file = await little.read({ name: "x", read: () => Promise.resolve(sample.bytes), sibling: () => Promise.reject(new Error("none")) });
    const report = await complaints({ read: () => Promise.resolve(file), recognises: () => true, extensions: ["LITTLE"] });
    expect(report).toMatch(/extensions are lower-case and begin with a dot: `LITTLE` is not/);
    expect(report).toMatch(/a picture is not recognised: 0 bytes were/);
    expect(report).toMatch(/what is no model is refused: an empty file was read as a graph of 2 nodes/);
    const blaming = await complaints({ read: () => Promise.reject(coreError("disposed", { what: "file" })) });
    expect(blaming).toMatch(/bad files are the caller's to mend: .* ended in the internal error `disposed`/);
    expect(blaming).toMatch(/a refusal names the file/);
  });

  test("writes something else than it read", async () => {
    expect(await complaints({ write: async () => encode([1, 2, 4]) })).toMatch(/a graph that was written reads as it was: it differs/);
  });
});

test("what is wrong with a graph is said", () => {
  const graph = graphOf([1]);
  expect(checkGraph(graph)).toEqual([]);
  const relu = graph.nodes[0]!;
  expect(checkGraph({ ...graph, opset: 13 })).toEqual([`it is written in opset 13, not in ${canonicalOpset}`]);
  expect(checkGraph({ ...graph, nodes: [...graph.nodes].reverse() })).toEqual([`the Mul node \`${graph.nodes[1]!.name}\` uses \`Relu\` before anything makes it`]);
  expect(checkGraph({ ...graph, outputs: [{ name: "z", dtype: undefined, shape: undefined }] })).toEqual(["nothing makes the output `z`"]);
  expect(checkGraph({ ...graph, nodes: [relu, relu, graph.nodes[1]!] })).toEqual([`two nodes are called \`${relu.name}\``, expect.stringContaining("is made twice")]);
  const broken = { ...graph.constants.get("w")!, read: () => float32([2], [1, 2]) };
  expect(checkGraph({ ...graph, constants: new Map([["w", broken]]) })).toEqual(["the constant `w` declares float32 [1] and reads as float32 [2]"]);
  const inner: Graph = { ...graphOf([1]), inputs: [] };
  const conditional: Graph = { ...graph, nodes: [{ ...relu, name: "choice", op: "If", attributes: { then_branch: attr.graph(inner) } }, graph.nodes[1]!] };
  expect(checkGraph(conditional)).toEqual([]);
  expect(checkGraph({ ...conditional, inputs: [] })[1]).toMatch(/the graph `then_branch` of `choice` captures `x`, which nothing makes/);
  expect(fingerprint(graph)).toBe(fingerprint(graphOf([1])));
});
