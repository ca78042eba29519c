import { toNumbers } from "../../tensor/convert.js";
import { int64 } from "../../tensor/tensor.js";
import type { Lowering } from "./lowering.js";

/** Far behind any axis's end. */
const end = Number.MAX_SAFE_INTEGER;

/** Padding by a negative number cuts: a Slice, and a Pad of what is positive. */
export const negativePad: Lowering = {
  id: "negative-pad",
  summary: "a Pad that cuts as Slice and Pad",
  matches: (node) => node.op === "Pad" && node.domain === "",
  apply: (b, node, shapes) => {
    const constant = (i: number): number[] | undefined => {
      const found = b.constantAt(node.inputs[i] ?? "");
      return found && toNumbers(found.read());
    };
    const pads = constant(1);
    if (!pads) return "how far it pads is computed while running";
    if (pads.every((pad) => pad >= 0)) return "it cuts nothing";
    const half = pads.length / 2;
    const hasAxes = (node.inputs[3] ?? "") !== "";
    const axes = hasAxes ? constant(3) : Array.from({ length: half }, (_, axis) => axis);
    if (!axes) return "which axes it pads is computed while running";
    const rank = shapes(node.inputs[0]!)?.length;
    if (rank === undefined && axes.some((axis) => axis < 0)) return `the rank of \`${node.inputs[0]}\` is not known`;
    const cut = axes.flatMap((axis, i) => (pads[i]! < 0 || pads[i + half]! < 0 ? [{ axis, from: Math.max(0, -pads[i]!), to: pads[i + half]! < 0 ? pads[i + half]! : end }] : []));
    const sliced = b.slice(node.inputs[0]!, cut.map(({ from }) => from), cut.map(({ to }) => to), cut.map(({ axis }) => axis));
    b.substitute(node, { inputs: [sliced, b.constant(int64(pads.map((pad) => Math.max(0, pad))), "pads"), ...node.inputs.slice(2)] });
    return true;
  },
};
