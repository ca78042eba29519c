import { drawReport } from "@vitrine/render-node";
import { expect, test } from "vitest";
import { page } from "../src/page.js";
import { say, train } from "../src/train.js";

test("two epochs are watched, told and drawn", async () => {
  const lines: string[] = [];
  const { reports, numbers } = await train(2, (line) => lines.push(line));
  expect(lines).toEqual([expect.stringMatching(/^epoch 1 of 2: loss \d/), expect.stringMatching(/^epoch 2 of 2: loss \d/)]);
  expect(say(reports)).toEqual([expect.stringMatching(/^Training took/), expect.stringMatching(/^edges: \d+ % zeros before, \d+ % after/), expect.stringMatching(/^parts: /)]);
  for (const report of [reports.activation, reports.weights!]) {
    expect(report.facts["checkpoints"]).toMatchObject({ axis: "epoch", at: [0, 1, 2] });
    const drawn = Object.values(await drawReport(report, { theme: "light" }));
    expect(drawn).toHaveLength(report.views.length);
    for (const { png } of drawn) expect(png.length).toBeGreaterThan(1000);
  }
  const html = await page(reports, numbers, 1);
  for (const text of ["How did it get there?", "Units that died", "The filters of edges over training", "What edges sees"]) expect(html).toContain(text);
}, 240_000);
