import { access } from "node:fs/promises";
import { expect, it } from "vitest";
import { compose } from "./compose.js";
import { inputPath, modelPath } from "./host/models.js";

it("bundled models and pictures that the examples of methods name are there", async () => {
  const engine = await compose({});
  const examples = engine.methods.flatMap((method) => method.examples ?? []);
  const models = examples.flatMap((example) => /^run \S+ (zoo:\S+)/.exec(example)?.slice(1) ?? []);
  const inputs = examples.flatMap((example) => /--input (zoo:\S+)/.exec(example)?.slice(1) ?? []);
  expect(models.length).toBeGreaterThan(0);
  for (const file of [...models.map(modelPath), ...inputs.map(inputPath)]) await access(file);
  await engine.dispose();
});
