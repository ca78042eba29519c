import { qualifiedOp } from "@vitrine/core";
import { lrpError } from "./errors.js";

/** Linear in their input but for a constant: what comes out is shared out in proportion to what each element brought in. */
const linear = new Set([
  "Conv", "ConvTranspose", "Gemm", "MatMul", "Add", "Sub", "Sum", "Mean", "BatchNormalization", "AveragePool", "GlobalAveragePool", "ReduceMean", "ReduceSum",
]);

/** These move elements about or choose among them: each takes its relevance along. */
const moving = new Set(["Identity", "Dropout", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose", "Concat", "Split", "Slice", "Pad", "MaxPool", "GlobalMaxPool", "DepthToSpace", "SpaceToDepth", "Cast"]);

/**
 * LRP-ε (Bach et al. 2015, equation 58) as a backward rule: what goes back is relevance, and not a gradient.
 * A linear layer z = Σ w·x + b shares R out as x · ∂z/∂x · R / (z + ε · sign z), with sign 0 = 1; a rectifier passes it on.
 * Relevance that biases and ε take is lost on the way; `onShared` hears of it.
 *
 * @param {number} epsilon keeps quotients small where z is near 0; it takes relevance, too
 * @param {(lost: { biases: string, epsilon: string }) => void} [onShared] values of the graph, one number each, for every linear layer
 * @returns {import("@vitrine/core").BackwardRule}
 */
export function lrpEpsilon(epsilon, onShared) {
  return {
    id: "lrp-epsilon",
    title: "LRP-ε",
    rectifier: ({ gradient }) => gradient,
    operator: ({ builder: b, node, gradients, needs, derivative }) => {
      if (node.domain !== "" || !(linear.has(node.op) || moving.has(node.op))) throw lrpError("lrp-operator", { op: qualifiedOp(node), node: node.name });
      const [relevance] = gradients;
      if (moving.has(node.op) || relevance === undefined) return undefined;
      const z = /** @type {string} */ (node.outputs[0]);
      const sign = b.sub(b.mul(b.scalar(2), b.cast(b.greaterOrEqual(z, b.scalar(0)), "float32")), b.scalar(1));
      const share = b.div(relevance, b.add(z, b.mul(b.scalar(epsilon), sign)));
      const parts = derivative([share]).map((part, i) => (part !== undefined && needs(i) ? b.mul(/** @type {string} */ (node.inputs[i]), part) : undefined));
      if (onShared) {
        const total = (/** @type {string} */ value) => b.reduceSum(value, undefined, false);
        const shared = total(b.mul(share, z));
        const passed = parts.flatMap((part) => (part === undefined ? [] : [total(part)])).reduce((sum, part) => b.add(sum, part));
        onShared({ biases: b.sub(shared, passed), epsilon: b.sub(total(relevance), shared) });
      }
      return parts;
    },
  };
}
