import { readFileSync, statSync } from "node:fs";
import { expect, test } from "vitest";
import { look, names } from "../src/look.js";
import { say } from "../src/say.js";

test("both networks are small files", () => {
  for (const name of names) expect(statSync(new URL(`../models/${name}.onnx`, import.meta.url)).size).toBeLessThan(200 * 1024);
});

test("what the first layers show is as README.md tells it", async () => {
  const [eleven, seven] = [await look("eleven-by-four"), await look("seven-by-two")];
  expect(eleven.shape.kernel).toEqual([11, 11]);
  expect(seven.shape.kernel).toEqual([7, 7]);
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  for (const line of [eleven, seven].flatMap(say)) expect(readme).toContain(line);
  // Of white noise a stride of 4 loses 15 of 16 parts, one of 2 three of four: the larger stride loses more of what the filters look for.
  expect(eleven.shape.aliasing.share).toBeGreaterThan(seven.shape.aliasing.share);
}, 60_000);

test("both are as often right as was measured when they were trained", async () => {
  for (const name of names) {
    const { trained, measured = 0 } = await look(name, { unseen: 100 });
    // Four standard errors of 100 pictures, and one picture.
    expect(Math.abs(measured - trained.accuracy)).toBeLessThan(4 * Math.sqrt((trained.accuracy * (1 - trained.accuracy)) / 100) + 0.01);
  }
}, 60_000);
