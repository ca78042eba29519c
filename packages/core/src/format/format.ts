import { coreError } from "../errors/catalogue.js";
import type { Graph } from "../graph/graph.js";

/** A model file wherever it lies: on a disk, behind a URL, in memory. Platform packages make them. */
export interface ModelSource {
  /** File name without its folder, for messages and for recognising the format. */
  readonly name: string;
  read(): Promise<Uint8Array>;
  /**
   * A file that the model names beside itself. Absolute paths and paths that leave the model's folder are refused.
   * @throws `source-outside` and `source-missing`
   */
  sibling(path: string): Promise<Uint8Array>;
}

/** What a format has read. */
export interface ModelFile {
  /** At the canonical opset, names as in the file. */
  readonly graph: Graph;
  /** The file's own key-value metadata. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Who wrote it, in which version: "pytorch 2.1, opset 13, upgraded to 21". */
  readonly origin: string;
  /** What was changed in reading and costs something: float16 widened, float64 narrowed. */
  readonly notices: readonly string[];
}

export interface Format {
  readonly id: string;
  readonly title: string;
  /** Lower-case file name endings: `.onnx`. */
  readonly extensions: readonly string[];
  /** Cheap: by name and the first bytes. */
  recognises(name: string, head: Uint8Array): boolean;
  read(source: ModelSource): Promise<ModelFile>;
  write?(file: ModelFile): Promise<Uint8Array>;
}

/** A source over bytes in memory; `siblings` are the files beside it, by path. */
export function memorySource(name: string, bytes: Uint8Array, siblings: Readonly<Record<string, Uint8Array>> = {}): ModelSource {
  return {
    name,
    read: () => Promise.resolve(bytes),
    sibling: (path) => {
      const found = Object.hasOwn(siblings, path) ? siblings[path] : undefined;
      return found ? Promise.resolve(found) : Promise.reject(coreError("source-missing", { path, beside: name }));
    },
  };
}
