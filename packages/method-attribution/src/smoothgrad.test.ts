import { float32, seededRandom, toFloat32, type Tensor } from "@vitrine/core";
import { fixedBatch, tinySeries, tokens, type TinyModel } from "@vitrine/testing";
import { describe, expect, test, vi } from "vitest";
import { attribution, gradientAt, run } from "../test/run.js";
import { smoothgrad } from "./index.js";

// The reference runtime is slow, and slower on a busy machine.
vi.setConfig({ testTimeout: 30_000 });

const close = (found: ArrayLike<number>, wanted: ArrayLike<number>, within = 1e-5): void => {
  expect(found).toHaveLength(wanted.length);
  const scale = Math.max(...Array.from(wanted, Math.abs));
  for (let i = 0; i < found.length; i++) expect(Math.abs(found[i]! - wanted[i]!)).toBeLessThanOrEqual(within * scale);
};

/** The gradients of n noisy copies, one run each: the obvious way. */
async function copies(tiny: TinyModel, n: number, sigma: number, seed: number): Promise<Float32Array[]> {
  const [[name, x]] = Object.entries(tiny.feeds()) as [[string, Tensor]];
  const clean = toFloat32(x);
  const random = seededRandom(seed);
  const gradients: Float32Array[] = [];
  for (let i = 0; i < n; i++) {
    const noisy = clean.map((value) => value + sigma * (Math.max(...clean) - Math.min(...clean)) * random.normal());
    // The class is that of the clean input.
    gradients.push(await gradientAt(tiny, { [name]: float32(x.shape, noisy) }, { kind: "class", index: 2 }));
  }
  return gradients;
}

describe("against one gradient after the other", () => {
  const target = { kind: "class", index: 2 } as const;
  const mean = (all: readonly Float32Array[], of: (x: number, i: number) => number): number[] => Array.from(all[0]!, (_, i) => all.reduce((sum, one) => sum + of(one[i]!, i), 0) / all.length);

  test.each([tinySeries(), fixedBatch()])("$name", async (tiny) => {
    const all = await copies(tiny, 4, 0.2, 5);
    const means = mean(all, (x) => x);
    const wanted = { "smoothgrad": means, "smoothgrad-squared": mean(all, (x) => x * x), "vargrad": mean(all, (x, i) => (x - means[i]!) ** 2) } as const;
    for (const variant of ["smoothgrad", "smoothgrad-squared", "vargrad"] as const) {
      close(attribution(await run(smoothgrad, tiny, { samples: 4, sigma: 0.2, seed: 5, variant }, { target, batch: 3 })), wanted[variant]);
    }
  });
});

test("without noise it is the gradient, and does not vary", async () => {
  const tiny = tinySeries();
  close(attribution(await run(smoothgrad, tiny, { samples: 3, sigma: 0 })), await gradientAt(tiny, tiny.feeds()));
  expect(attribution(await run(smoothgrad, tiny, { samples: 3, sigma: 0, variant: "vargrad" })).every((value) => value === 0)).toBe(true);
});

test("a sample's map does not depend on its neighbours", async () => {
  const tiny = tinySeries();
  const target = { kind: "class", index: 1 } as const;
  const together = attribution(await run(smoothgrad, tiny, { samples: 4 }, { samples: 3, target }));
  const alone = attribution(await run(smoothgrad, tiny, { samples: 4 }, { target }));
  close(together.subarray(0, alone.length), alone);
});

test("the seed decides", async () => {
  const maps = await Promise.all([0, 0, 1].map(async (seed) => attribution(await run(smoothgrad, tinySeries(), { samples: 3, seed }))));
  expect(maps[1]).toEqual(maps[0]);
  expect(maps[2]).not.toEqual(maps[0]);
});

test("tokens get noise at their embedding", async () => {
  const report = await run(smoothgrad, tokens(), { samples: 5 });
  expect(report.tensors["attribution"]!.tensor.shape).toEqual([1, 8, 6]);
  expect(report.facts["wrt"]).toEqual(["embedding"]);
});

test("what is on the way is told", async () => {
  const { updates } = await run(smoothgrad, tinySeries(), { samples: 20 }, { batch: 2 });
  expect(updates.filter(({ kind }) => kind === "partial").length).toBeGreaterThan(2);
  expect(updates.at(-1)).toMatchObject({ kind: "progress", done: 20, total: 20 });
});

test.each([[{ samples: 0 }, "--samples"], [{ samples: 2.5 }, "--samples"], [{ sigma: -0.1 }, "--sigma"], [{ sigma: Number.NaN }, "--sigma"], [{ seed: -1 }, "--seed"]])("%o is refused", async (params, flag) => {
  await expect(run(smoothgrad, tinySeries(), params)).rejects.toMatchObject({ code: "parameter-invalid", fields: { parameter: flag } });
});
