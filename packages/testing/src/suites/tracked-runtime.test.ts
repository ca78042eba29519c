import { expect, test } from "vitest";
import { isDeviceTensor, toNumbers } from "@vitrine/core";
import { multiLayer } from "../models/captum.js";
import { referenceRuntime } from "../reference/runtime.js";
import { trackedRuntime } from "./tracked-runtime.js";

test("counts programs, runs and kept results until they are disposed, once", async () => {
  const { factory, tracker } = trackedRuntime(referenceRuntime);
  const runtime = await factory.create();
  const { graph, feeds } = multiLayer();
  const program = await runtime.compile(graph);
  const seen: number[] = [];
  tracker.onRun = (run) => seen.push(run);
  await program.run(feeds());
  const { logits } = await program.run(feeds(), { keep: ["logits"] });
  expect([tracker.programs, tracker.runs, tracker.tensors, seen]).toEqual([1, 2, 1, [1, 2]]);
  if (!isDeviceTensor(logits!)) throw new Error("not kept");
  expect(toNumbers(await logits.read())).toEqual([392, 394]);
  logits.dispose();
  logits.dispose();
  await program.dispose();
  await program.dispose();
  expect([tracker.programs, tracker.tensors]).toEqual([0, 0]);
  tracker.onRun = undefined;
});
