import { intAttr, stringAttr } from "../../graph/attributes.js";
import { moved } from "./elementwise.js";
import type { BatchFlow, FlowRule, FlowRules, NodeFlow } from "./flow.js";

/** A dimension of a shared factor where the other one's samples lie. */
function needSingle(node: NodeFlow, i: number, axis: number): void {
  const dim = axis < 0 ? 1 : node.needShape(i)[axis];
  if (dim !== 1) node.fail(`\`${node.name(i)}\` is shared by the samples and has size ${dim} where they lie`);
}

const matMul: FlowRule = (node) => {
  const [a, b] = [node.batch(0), node.batch(1)];
  const [rankA, rankB] = [node.needRank(0), node.needRank(1)];
  const rank = Math.max(rankA, rankB);
  if (rankA < 2 || rankB < 2) {
    // A vector factor: [.., M, K] · [K].
    if (a && !b && rankB === 1 && a.axis < rankA - 1) return node.give(moved(a, a.axis, rankA - 1));
    node.fail("a vector factor holds the samples");
  }
  const alignedA = a && a.axis + rank - rankA;
  const alignedB = b && b.axis + rank - rankB;
  if (a && a.axis === rankA - 1) node.fail("it sums over the samples");
  if (b && b.axis === rankB - 2) node.fail("it sums over the samples");
  if (a && b) {
    if (alignedA !== alignedB || alignedA! >= rank - 2 || a.outer !== b.outer || a.inner !== b.inner) node.fail("its factors hold the samples along different axes");
    return node.give(moved(a, alignedA!, rank));
  }
  if (a) {
    if (alignedA! < rank - 2) needSingle(node, 1, alignedA! - (rank - rankB));
    return node.give(moved(a, alignedA!, rank));
  }
  if (alignedB! < rank - 2) needSingle(node, 0, alignedB! - (rank - rankA));
  node.give(moved(b!, alignedB!, rank));
};

const gemm: FlowRule = (node) => {
  const [a, b] = [node.batch(0), node.batch(1)];
  if (a && b) node.fail("both factors hold the samples");
  if (node.has(2) && node.batch(2)) node.fail("its addend holds the samples");
  const transposed = intAttr(node.original, a ? "transA" : "transB", 0) === 1;
  const flow = (a ?? b)!;
  // Rows of A, columns of B.
  const own = a ? (transposed ? 1 : 0) : transposed ? 0 : 1;
  if (flow.axis !== own) node.fail("it sums over the samples");
  const axis = a ? 0 : 1;
  if (node.has(2)) {
    const shape = node.needShape(2);
    needSingle(node, 2, axis - (2 - shape.length));
  }
  node.give(moved(flow, axis, 2));
};

const einsum: FlowRule = (node) => {
  const equation = stringAttr(node.original, "equation", "").replaceAll(" ", "");
  const [left = "", right] = equation.split("->");
  const terms = left.split(",");
  if (right === undefined || equation.includes(".")) return node.fail(`the samples are not followed through \`${equation}\``);
  let label: string | undefined;
  let flow: BatchFlow | undefined;
  terms.forEach((term, i) => {
    const own = node.batch(i);
    if (!own) return;
    const letter = term[own.axis];
    if (letter === undefined || (label !== undefined && label !== letter) || (flow && (flow.outer !== own.outer || flow.inner !== own.inner))) {
      node.fail("its inputs hold the samples along different axes");
    }
    label = letter;
    flow = own;
  });
  terms.forEach((term, i) => {
    const count = [...term].filter((letter) => letter === label).length;
    if (count > 1 || (count === 1) !== (node.batch(i) !== undefined)) node.fail("an input that is shared by the samples has their axis");
  });
  const axis = right.indexOf(label!);
  if (axis < 0) node.fail("it sums over the samples");
  node.give(moved(flow!, axis, right.length));
};

export const matrixRules: FlowRules = { MatMul: matMul, Gemm: gemm, Einsum: einsum };
