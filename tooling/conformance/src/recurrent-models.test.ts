import "@tensorflow/tfjs-backend-wasm";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { createEngine, decodeNpy, float32, GraphBuilder, memorySource, read, tensor, toFloat32, toNumbers, zeros, type Engine, type Model, type Tensor } from "@vitrine/core";
import { onnxPlugin } from "@vitrine/format-onnx";
import { onnxNode } from "@vitrine/runtime-onnx-node";
import { tfjs } from "@vitrine/runtime-tfjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeShared } from "./shared.js";

const runtimes = [["ONNX Runtime", onnxNode({ providers: ["cpu"], threads: 2 })], ["TensorFlow.js wasm", tfjs({ backend: "wasm" })]] as const;

/** Of the first letters of the text, as the model's description has it: bits per character, and letters that it has no word for. */
const described = { letters: 20_000, bits: 2.6107, unknown: 656 };

describeShared("models", "real recurrent networks", (at) => {
  const folder = path.join(at, "recurrent");

  describe.each(runtimes)("on %s", (runtimeName, runtime) => {
    let engine: Engine;
    beforeAll(() => {
      engine = createEngine({ runtime, plugins: [onnxPlugin] });
    });
    afterAll(() => engine.dispose());
    const open = async (file: string): Promise<Model> => engine.load(memorySource(path.basename(file), new Uint8Array(await readFile(path.join(folder, file)))));

    it("the reader of Shakespeare expects what comes next as well as its description says", async () => {
      const model = await open("charrnn-shakespeare.onnx");
      const vocabulary = JSON.parse(await readFile(path.join(folder, "charrnn-shakespeare.vocab.json"), "utf8")) as Readonly<Record<string, number>>;
      const text = (await readFile(path.join(at, "text", "tinyshakespeare-300k.txt"), "utf8")).slice(0, described.letters);
      const ids = [...text].flatMap((letter) => (Object.hasOwn(vocabulary, letter) ? [vocabulary[letter]!] : []));
      let states: Record<string, Tensor> = Object.fromEntries(["h0", "c0", "h1", "c1"].map((name) => [name, zeros("float32", [1, 1, 128])]));
      const results: Readonly<Record<string, string>> = { h0: "hn0", c0: "cn0", h1: "hn1", c1: "cn1" };
      let bits = 0;
      const piece = 2_000;
      for (let start = 0; start < ids.length - 1; start += piece) {
        const part = ids.slice(start, Math.min(start + piece, ids.length - 1));
        const found = await model.run(model.graph, { ids: tensor("int64", [part.length, 1], BigInt64Array.from(part, BigInt)), ...states });
        const probabilities = toFloat32(await read(found["probs"]!));
        part.forEach((_, step) => (bits -= Math.log2(probabilities[step * 65 + ids[start + step + 1]!]!)));
        states = Object.fromEntries(await Promise.all(Object.entries(results).map(async ([name, result]) => [name, await read(found[result]!)] as const)));
      }
      const each = bits / (ids.length - 1);
      console.log(`${runtimeName}: ${each.toFixed(4)} bits per character of the first ${described.letters}`);
      expect(text.length - ids.length).toBe(described.unknown);
      expect(Math.abs(each - described.bits)).toBeLessThan(1e-4);
      await model.dispose();
    });

    it("the writer by hand has the cells that were published with it", async () => {
      const model = await open("handwriting/handwriting.onnx");
      const strokes = decodeNpy(new Uint8Array(await readFile(path.join(folder, "handwriting", "strokes.npy"))));
      const published = decodeNpy(new Uint8Array(await readFile(path.join(folder, "handwriting", "published_cells.npy"))));
      expect(model.batch.axes).toEqual({ strokes: 1 });
      expect([strokes.shape, published.shape]).toEqual([[600, 1, 3], [599, 500]]);
      const builder = new GraphBuilder(model.graph);
      const cell = builder.withOutput(model.graph.nodes.find(({ op }) => op === "LSTM")!.name, 2);
      const graph = builder.build({ outputs: [cell] });
      const [points, told] = [toFloat32(strokes as Tensor), toNumbers(published as Tensor)];
      let unequal = 0;
      const rows = [0, 1, 10, 100, 300, 598];
      for (const row of rows) {
        // Row t is the cell after step t + 1, counted from 0.
        const steps = row + 2;
        const cells = toFloat32(await read((await model.run(graph, { strokes: float32([steps, 1, 3], points.slice(0, 3 * steps)) }))[cell]!));
        cells.forEach((value, unit) => {
          const rounded = Math.floor(value * 100) / 100;
          const difference = Math.abs(rounded - told[row * 500 + unit]!);
          if (difference > 1e-6) unequal++;
          expect(difference).toBeLessThan(0.01 + 1e-6);
        });
      }
      console.log(`${runtimeName}: ${unequal} of ${rows.length * 500} published cells are rounded otherwise`);
      expect(unequal).toBeLessThan(5);
      await model.dispose();
    });
  });
});
