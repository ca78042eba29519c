import { sizeOf } from "@vitrine/core";
import { tfjsError } from "../errors.js";
import { Fields, type Json } from "../json/fields.js";

/** How a weight was made smaller: value = stored · scale + min; float16 has neither. */
export interface Quantization {
  readonly dtype: "uint8" | "uint16" | "float16";
  readonly scale: number;
  readonly min: number;
}

/** One weight as the manifest declares it. */
export interface WeightSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: "float32" | "int32" | "bool" | "string";
  readonly quantization: Quantization | undefined;
  /** Bytes in the shards; undefined for texts, which say their lengths themselves. */
  readonly bytes: number | undefined;
}

/** Weights that lie one behind the other in some files. */
export interface WeightGroup {
  readonly paths: readonly string[];
  readonly weights: readonly WeightSpec[];
}

const mostWeights = 200_000;
const mostShards = 20_000;

/** Reads `weightsManifest`. @throws `tfjs-field`, `tfjs-manifest`, `tfjs-too-much` */
export function readManifest(groups: readonly Json[], at: string, file: string): WeightGroup[] {
  let weights = 0;
  let shards = 0;
  return groups.map((entry, i) => {
    const group = Fields.of(entry, `${at}[${i}]`, file);
    const paths = group.array("paths").map((path, p) => (typeof path === "string" && path !== "" ? path : group.fail(`paths[${p}]`, "the path of a weight file")));
    const specs = readSpecs(group.array("weights"), group.path("weights"), file);
    weights += specs.length;
    shards += paths.length;
    if (weights > mostWeights) throw tfjsError("tfjs-too-much", { file, what: "weights", count: weights, most: mostWeights });
    if (shards > mostShards) throw tfjsError("tfjs-too-much", { file, what: "weight files", count: shards, most: mostShards });
    return { paths, weights: specs };
  });
}

/** Reads a list of weight declarations. */
function readSpecs(list: readonly Json[], at: string, file: string): WeightSpec[] {
  return list.map((weight, w) => readSpec(Fields.of(weight, `${at}[${w}]`, file)));
}

function readSpec(fields: Fields): WeightSpec {
  const name = fields.string("name");
  const wrong = (why: string) => tfjsError("tfjs-manifest", { file: fields.file, weight: name, why });
  const shape = fields.array("shape").map((dim) => {
    if (typeof dim !== "number" || !Number.isInteger(dim) || dim < 0) throw wrong(`its shape holds ${JSON.stringify(dim)}`);
    return dim;
  });
  if (shape.length > 16 || !Number.isSafeInteger(sizeOf(shape))) throw wrong("its shape is larger than any weight");
  const dtype = fields.string("dtype");
  if (dtype !== "float32" && dtype !== "int32" && dtype !== "bool" && dtype !== "string") throw wrong(`its type is \`${dtype}\`; float32, int32, bool and string are read`);
  const quantization = readQuantization(fields, dtype, wrong);
  const each = quantization ? (quantization.dtype === "uint8" ? 1 : 2) : dtype === "bool" ? 1 : 4;
  return { name, shape, dtype, quantization, bytes: dtype === "string" ? undefined : sizeOf(shape) * each };
}

function readQuantization(fields: Fields, dtype: string, wrong: (why: string) => Error): Quantization | undefined {
  if (!fields.has("quantization")) return undefined;
  const quantization = fields.fields("quantization");
  const stored = quantization.string("dtype");
  if (stored !== "uint8" && stored !== "uint16" && stored !== "float16") throw wrong(`it is quantised to \`${stored}\`; uint8, uint16 and float16 are read`);
  if (dtype !== "float32" && !(dtype === "int32" && stored !== "float16")) throw wrong(`a weight of ${dtype} is quantised to ${stored}`);
  return stored === "float16" ? { dtype: stored, scale: 1, min: 0 } : { dtype: stored, scale: quantization.number("scale"), min: quantization.number("min") };
}
