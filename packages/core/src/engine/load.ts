import { coreError } from "../errors/catalogue.js";
import type { Format, ModelSource } from "../format/format.js";
import type { InputReader, ModelSpec } from "../input/spec.js";
import { LoadedModel } from "../model/loaded-model.js";
import type { Model } from "../model/model.js";
import { applyPasses } from "../passes/pass.js";
import { constantNodesToConstants } from "../passes/constant-nodes.js";
import { foldConstantIf } from "../passes/constant-if.js";
import type { ProgramCache } from "../runtime/program-cache.js";
import type { Runtime } from "../runtime/runtime.js";
import { sha256 } from "./sha256.js";

export interface LoadContext {
  readonly formats: readonly Format[];
  readonly runtime: Runtime;
  readonly programs: ProgramCache;
  readonly readers: readonly InputReader[];
  readonly spec: ModelSpec;
}

/** How many bytes a format gets to recognise a file by. */
const headBytes = 256;

/** File bytes → format → canonical graph → model. */
export async function loadModel(source: ModelSource, context: LoadContext): Promise<Model> {
  const bytes = await source.read();
  const head = bytes.subarray(0, headBytes);
  const format = context.formats.find((candidate) => candidate.recognises(source.name, head));
  if (!format) throw coreError("format-unknown", { name: source.name, formats: context.formats.map((known) => known.title) });
  const file = await format.read({ name: source.name, read: () => Promise.resolve(bytes), sibling: (path) => source.sibling(path) });
  const { graph, notices } = applyPasses(file.graph, [constantNodesToConstants, foldConstantIf]);
  let digest: Promise<string> | undefined;
  return new LoadedModel({
    graph,
    runtime: context.runtime,
    programs: context.programs,
    file: { name: source.name, sha256: () => (digest ??= sha256(bytes)) },
    origin: file.origin,
    metadata: file.metadata,
    notices: [...file.notices, ...notices],
    spec: context.spec,
    readers: context.readers,
    batchReason: undefined,
  });
}
