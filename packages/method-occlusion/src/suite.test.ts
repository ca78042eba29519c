import type { ParameterInput } from "@vitrine/core";
import type { TinyModel } from "@vitrine/testing";
import { describeMethod } from "@vitrine/testing/vitest";
import { correspondence, occlusion } from "./index.js";
import type { occlusionParameters } from "./parameters.js";

/** Few windows: the reference runtime is as slow as it is obvious. */
function occlusionParams({ name, graph }: TinyModel): ParameterInput<typeof occlusionParameters> {
  if (name === "tokens") return { baseline: { kind: "value", value: 0 } };
  const [input, ...others] = graph.inputs;
  return others.length === 0 && input!.shape!.length > 3 ? { window: [4], stride: [4] } : {};
}
describeMethod(occlusion, { params: occlusionParams });

/** A corner of every image; those of the suite's batches of three have no boxes here, and are refused. */
const corners = Array.from({ length: 3 }, () => [0, 0, 2, 2]).flat();
describeMethod(correspondence, { params: (tiny) => ({ boxes: corners, images: [tiny.feeds(2)], draws: 2 }) });
