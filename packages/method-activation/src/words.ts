import type { Layer } from "@vitrine/core";

const kinds: Readonly<Partial<Record<Layer["kind"], string>>> = {
  conv: "a convolution", dense: "a dense layer", recurrent: "a recurrent layer", norm: "a normalisation", activation: "an activation", pool: "a pooling", softmax: "a softmax",
  add: "a sum of branches", concat: "joined branches", attention: "an attention product", embedding: "an embedding", upsample: "an upsampling", reshape: "a rearrangement",
};

/** "a convolution"; the operator where a layer is nothing that has a name. */
export function kindWords({ kind, op }: Layer): string {
  return kinds[kind] ?? `the operator ${op}`;
}

/** "1 unit", "12 units", "1,204 units". */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString("en-US")} ${n === 1 ? one : many}`;
}

/** 0.784 as "78 %"; small shares keep a digit. */
export function percent(share: number): string {
  const value = share * 100;
  if (value > 0 && value < 1) return value < 0.1 ? "< 0.1 %" : `${value.toFixed(1)} %`;
  return `${value > 99 && value < 100 ? value.toFixed(1) : Math.round(value)} %`;
}

/** Three significant digits. */
export function shown(value: number): string {
  return (Number.isFinite(value) ? String(Number(value.toPrecision(3))) : String(value)).replace("-", "−");
}

/** A position in words: "row 3, column 5". */
export function placeWords(position: readonly number[], names: readonly string[]): string {
  return position.map((p, i) => `${names[i] ?? "position"} ${p}`).join(", ");
}

/** `squeezenet1.1` of `squeezenet1.1.onnx`. */
export function modelName(file: string): string {
  return file.replace(/^.*[\\/]/, "").replace(/\.[a-z]\w*$/i, "");
}

/** A number for facts and tables: null where it does not apply or is none. */
export function orNull(value: number | undefined): number | null {
  return value === undefined || !Number.isFinite(value) ? null : value;
}

/** How many units of each layer one list holds: a single one where there are many layers. The facts have `most` of each. */
export function listedUnits(layers: number, most: number): number {
  return layers > 8 ? 1 : most;
}
