import { isVitrineError, memorySource, seededRandom } from "@vitrine/core";
import { describe, expect, it } from "vitest";
import { readOnnx, writeOnnx } from "../index.js";
import { mutations } from "../../test/mutations.js";
import { smallModels } from "../../test/small-models.js";

// A model file is untrusted: whatever is done to one, it is read or it is an error that says why. No crash, hang or large allocation.

const perPair = 60;
const models = smallModels();

/** What became of a file: read and written again, refused by a code, or the fault of ours. */
async function outcome(bytes: Uint8Array, siblings: Readonly<Record<string, Uint8Array>>): Promise<string> {
  try {
    const { graph } = await readOnnx(memorySource("fuzzed.onnx", bytes, siblings));
    writeOnnx(graph, { externalData: true });
    return "read";
  } catch (error) {
    // `onnx-unexpected` stands for an exception that no check foresaw: it counts as a failure here.
    if (isVitrineError(error) && error.kind !== "internal" && error.code !== "onnx-unexpected") return error.code;
    throw error;
  }
}

describe("damaged files", () => {
  const outcomes = new Map<string, number>();
  let slowest = 0;

  for (const [i, model] of models.entries()) {
    it(`${model.name}, in every way`, async () => {
      expect(await outcome(model.bytes, model.siblings)).toBe("read");
      const before = process.memoryUsage().rss;
      for (const [kind, mutate] of Object.entries(mutations)) {
        for (let seed = 0; seed < (kind.endsWith("field") || kind.endsWith("fields") ? 4 : 1) * perPair; seed++) {
          const random = seededRandom(1000 * i + seed);
          const bytes = mutate(model.bytes, models[random.below(models.length)]!.bytes, random);
          const start = performance.now();
          const result = await outcome(bytes, model.siblings).catch((error: unknown) => {
            throw new Error(`${model.name}, ${kind}, seed ${seed}`, { cause: error });
          });
          slowest = Math.max(slowest, performance.now() - start);
          outcomes.set(result, (outcomes.get(result) ?? 0) + 1);
        }
      }
      // A few kilobytes each: nothing may have asked for more than a small multiple of all of them together.
      expect(process.memoryUsage().rss - before).toBeLessThan(300e6);
    });
  }

  it("cut after every single byte", async () => {
    for (const model of models) {
      for (let length = 0; length < model.bytes.length; length++) await outcome(model.bytes.subarray(0, length), model.siblings);
    }
  });

  it("were damaged in many ways, and none took long", () => {
    const total = [...outcomes.values()].reduce((sum, count) => sum + count, 0);
    console.log(`${total} mutations, slowest ${slowest.toFixed(0)} ms:`, Object.fromEntries([...outcomes].sort((a, b) => b[1] - a[1])));
    expect(total).toBeGreaterThanOrEqual(2000);
    expect(slowest).toBeLessThan(2000);
    expect(outcomes.size).toBeGreaterThan(6);
  });
});
