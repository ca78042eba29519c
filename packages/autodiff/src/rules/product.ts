import { floatAttr, intAttr, sizeOf, attr, type GraphBuilder } from "@vitrine/core";
import { scaled } from "./activation.js";
import { unbroadcast } from "./broadcasting.js";
import type { OperatorRule, RuleTable } from "./rule.js";

/** Transposes the last two axes. */
function turned(b: GraphBuilder, x: string, rank: number): string {
  const perm = Array.from({ length: rank }, (_, axis) => axis);
  [perm[rank - 2], perm[rank - 1]] = [rank - 1, rank - 2];
  return b.transpose(x, perm);
}

/** Vectors are products with one row or one column; matrices of the leading axes broadcast. */
const matMul: OperatorRule = (c) => {
  const { b } = c;
  const [aShape, dShape] = [c.xShape(0), c.xShape(1)];
  const [aVector, dVector] = [aShape.length === 1, dShape.length === 1];
  const a = { shape: aVector ? [1, ...aShape] : aShape, value: (): string => (aVector ? b.reshape(c.x(0), [1, ...aShape]) : c.x(0)) };
  const d = { shape: dVector ? [...dShape, 1] : dShape, value: (): string => (dVector ? b.reshape(c.x(1), [...dShape, 1]) : c.x(1)) };
  const [rows, columns] = [a.shape.at(-2)!, d.shape.at(-1)!];
  const batch = c.yShape.slice(0, c.yShape.length - (aVector ? 0 : 1) - (dVector ? 0 : 1));
  const full = [...batch, rows, columns];
  const g = aVector || dVector ? b.reshape(c.g, full) : c.g;
  const toShape = (value: string, from: readonly number[], own: readonly number[], given: readonly number[]): string => {
    const summed = unbroadcast(b, value, from, own);
    return own.length === given.length ? summed : b.reshape(summed, given);
  };
  const inner = a.shape.at(-1)!;
  const left = (): string => {
    // A matrix of weights is shared as it is: Gemm transposes while it multiplies.
    if (d.shape.length === 2 && a.shape.length >= 2) {
      const flat = full.length === 2 ? g : b.reshape(g, [sizeOf(full) / columns, columns]);
      const product = b.op("Gemm", [flat, d.value()], { transB: attr.int(1) });
      return full.length === 2 && !aVector ? product : b.reshape(product, aShape);
    }
    return toShape(b.matMul(g, turned(b, d.value(), d.shape.length)), [...batch, rows, inner], a.shape, aShape);
  };
  const right = (): string => toShape(b.matMul(turned(b, a.value(), a.shape.length), g), [...batch, inner, columns], d.shape, dShape);
  return [c.needs(0) ? left() : undefined, c.needs(1) ? right() : undefined];
};

/** y = α · A' B' + β · C, A' and B' transposed where transA and transB say so. */
const gemm: OperatorRule = (c) => {
  const { b } = c;
  const [transA, transB] = [intAttr(c.node, "transA", 0), intAttr(c.node, "transB", 0)];
  const alpha = attr.float(floatAttr(c.node, "alpha", 1));
  const product = (x: string, y: string, turnX: number, turnY: number): string => b.op("Gemm", [x, y], { alpha, transA: attr.int(turnX), transB: attr.int(turnY) });
  const left = (): string => (transA === 1 ? product(c.x(1), c.g, transB, 1) : product(c.g, c.x(1), 0, 1 - transB));
  const right = (): string => (transB === 1 ? product(c.g, c.x(0), 1, transA) : product(c.x(0), c.g, 1 - transA, 0));
  const bias = (): string => unbroadcast(b, scaled(c, c.g, floatAttr(c.node, "beta", 1)), c.yShape, c.xShape(2));
  return [c.needs(0) ? left() : undefined, c.needs(1) ? right() : undefined, c.needs(2) ? bias() : undefined];
};

export const productRules: RuleTable = { MatMul: matMul, Gemm: gemm };
