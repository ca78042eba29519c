import type { ModelParameter } from "./parameters.js";

const spatial: readonly (readonly string[])[] = [[], ["time"], ["row", "column"], ["depth", "row", "column"]];

/** A name for each axis of a parameter. */
export function axesOf({ tensor: { shape }, role, kind, op, input, node }: ModelParameter): string[] {
  const rank = shape.length;
  const plain = shape.map((_, axis) => (rank === 1 ? "channel" : `axis ${axis}`));
  if (role === "table") return rank === 2 ? ["entry", "feature"] : plain;
  if (role === "weight" && kind === "conv") {
    const kernel = spatial[rank - 2] ?? shape.slice(2).map((_, i) => `kernel axis ${i}`);
    return op === "ConvTranspose" ? ["input channel", "output channel", ...kernel] : ["filter", "channel", ...kernel];
  }
  if (role === "weight" && kind === "dense" && rank >= 2) {
    const turned = node.attributes[input === 0 ? "transA" : "transB"];
    const unitsFirst = (input === 0) !== (turned?.type === "int" && Number(turned.value) === 1);
    return [...shape.slice(0, -2).map((_, i) => `stack ${i}`), ...(unitsFirst ? ["unit", "input"] : ["input", "unit"])];
  }
  if (kind === "recurrent" && rank === 3) return ["direction", "gate and unit", role === "weight" ? "input" : "unit of the step before"];
  if (kind === "recurrent" && rank === 2) return ["direction", "gate and unit"];
  return plain;
}

const gateOrder: Readonly<Record<string, string>> = { LSTM: "; gates input, output, forget, cell", GRU: "; gates update, reset, hidden" };

/** What a parameter is, in words. */
export function meaningOf({ role, layer, op, value }: ModelParameter): string {
  const gates = gateOrder[op] ?? "";
  const words: Readonly<Record<ModelParameter["role"], string>> = {
    weight: `weights of ${layer}${gates}`, bias: `biases of ${layer}`, "recurrent-weight": `weights of ${layer} from its own last state${gates}`, "recurrent-bias": `biases of ${layer}, of its input and then of its state${gates}`,
    peephole: `weights of ${layer} from its cell to its gates (input, output, forget)`, scale: `scale of ${layer}`, mean: `running mean of ${layer}`, variance: `running variance of ${layer}`,
    slope: `slopes below zero of ${layer}`, table: `rows that ${layer} looks up`, constant: `numbers that ${layer} works with (${op})`,
  };
  return value === undefined ? `${words[role]}, from folding its batch normalisation` : words[role];
}
