import { intAttr, type DType, type GraphBuilder } from "@vitrine/core";
import { Refusal } from "../errors.js";
import { groupOf, transposeAttributes, windowOf } from "./window.js";
import { productRules } from "./product.js";
import type { OperatorRule, RuleContext, RuleTable } from "./rule.js";

// Quantised numbers stand for what they are dequantised to, (q − zero point) · scale. Weights are constants, and their
// dequantised values exact. Rounding is passed over as if it were none (Bengio et al. 2013), and what is clipped at the end
// of the range passes nothing: the derivative of the network of dequantised values, at the values that the quantised one has.

/** Smallest and largest number of the types that things are quantised to. */
const ranges: Partial<Record<DType, readonly [number, number]>> = { uint8: [0, 255], int8: [-128, 127], uint16: [0, 65535], int16: [-32768, 32767] };

/** One scale or zero point, or one along `axis`, as float32 in a shape that broadcasts over `rank` axes. */
function along(c: RuleContext, input: number, rank: number, axis: number): string {
  const { b } = c;
  const shape = c.xShape(input);
  const value = b.cast(c.x(input), "float32");
  if (shape.length > 1) throw new Refusal("it has a scale for every block of numbers");
  if (shape.length === 0 || shape[0] === 1) return b.reshape(value, []);
  const at = axis < 0 ? axis + rank : axis;
  return b.reshape(value, Array.from({ length: rank }, (_, i) => (i === at ? shape[0]! : 1)));
}

/** 1 where both hold, else 0, times `g`. */
const where = (b: GraphBuilder, one: string, other: string, g: string): string => b.where(b.op("And", [one, other]), g, b.scalar(0));

function rangeOf(c: RuleContext, zero: number): readonly [number, number] {
  const dtype = c.has(zero) ? c.b.constantAt(c.x(zero))?.dtype : "uint8";
  const range = dtype && ranges[dtype];
  if (!range || (!c.has(zero) && intAttr(c.node, "output_dtype", 0) !== 0)) throw new Refusal("the range that it quantises to is not known");
  return range;
}

/** y = clip(round(x / s) + z): 1 / s where nothing is clipped, as PyTorch's fake quantisation has it. */
const quantize: OperatorRule = (c) => {
  const { b } = c;
  const rank = c.xShape(0).length;
  const axis = intAttr(c.node, "axis", 1);
  const [low, high] = rangeOf(c, 2);
  const scale = along(c, 1, rank, axis);
  const ratio = b.op("Round", [b.div(c.x(0), scale)]);
  const level = c.has(2) ? b.add(ratio, along(c, 2, rank, axis)) : ratio;
  return [where(b, b.greaterOrEqual(level, b.scalar(low)), b.lessOrEqual(level, b.scalar(high)), b.div(c.g, scale))];
};

const dequantize: OperatorRule = (c) => [c.b.mul(c.g, along(c, 1, c.xShape(0).length, intAttr(c.node, "axis", 1)))];

/** Scale and zero point follow the input's own range, so that nothing is clipped: what they would add and take away cancels. */
const dynamicQuantize: OperatorRule = (c) => {
  const [g] = c.gradients;
  return [g === undefined ? undefined : c.b.div(g, c.node.outputs[1]!)];
};

/** The cotangent of what a node's numbers stand for before they were rounded; those at either end may be clipped, and pass nothing. */
function unrounded(c: RuleContext, scale: number, zero: number): string {
  const { b } = c;
  const [low, high] = rangeOf(c, zero);
  const y = b.cast(c.y, "float32");
  return where(b, b.greater(y, b.scalar(low)), b.less(y, b.scalar(high)), b.div(c.g, along(c, scale, c.yShape.length, 1)));
}

/** (q − zero point) · scale, without either where none is given. */
function dequantised(c: RuleContext, input: number, scale: number | undefined, zero: number, axis: number): string {
  const { b } = c;
  const rank = c.xShape(input).length;
  const number = b.cast(c.x(input), "float32");
  const from = c.has(zero) ? b.sub(number, along(c, zero, rank, axis)) : number;
  return scale === undefined ? from : b.mul(from, along(c, scale, rank, axis));
}

/** What a convolution's gradient brings to its input. */
function throughConvolution(c: RuleContext, g: string, weights: string, weightInput: number): string {
  const [size, out] = [c.xShape(0).slice(2), c.yShape.slice(2)];
  return c.b.op("ConvTranspose", [g, weights], transposeAttributes(windowOf(c.node, c.xShape(weightInput).slice(2), size, out), size, out, groupOf(c.node)));
}

const qLinearConv: OperatorRule = (c) => {
  if (c.needs(3)) throw new Refusal("its weights are computed");
  return [c.b.mul(throughConvolution(c, unrounded(c, 6, 7), dequantised(c, 3, 4, 5, 0), 3), along(c, 1, c.xShape(0).length, 1))];
};

const convInteger: OperatorRule = (c) => {
  if (c.needs(1)) throw new Refusal("its weights are computed");
  return [throughConvolution(c, c.g, dequantised(c, 1, undefined, 3, 0), 1)];
};

/** The rule of a product, for other values than the node's own inputs. @param inputs positions of the two factors */
function throughProduct(c: RuleContext, g: string, inputs: readonly [number, number], values: readonly [string, string]): readonly (string | undefined)[] {
  const shapes = inputs.map((input) => c.xShape(input));
  return productRules["MatMul"]!({
    b: c.b, node: { ...c.node, op: "MatMul", inputs: values }, g, gradients: [g], y: c.y, yShape: c.yShape,
    needs: (i) => c.needs(inputs[i]!), has: (i) => i < 2, x: (i) => values[i]!, xShape: (i) => shapes[i]!,
    shape: (value) => c.shape(value), known: () => undefined, ints: (_, what) => { throw new Refusal(`${what} is not known`); }, constant: () => undefined,
  });
}

/** Scales along rows of the left factor and columns of the right one. */
const qLinearMatMul: OperatorRule = (c) => {
  const { b } = c;
  const [rankA, rankB] = [c.xShape(0).length, c.xShape(3).length];
  const [a, d] = throughProduct(c, unrounded(c, 6, 7), [0, 3], [dequantised(c, 0, 1, 2, -2), dequantised(c, 3, 4, 5, -1)]);
  return [a && b.mul(a, along(c, 1, rankA, -2)), undefined, undefined, d && b.mul(d, along(c, 4, rankB, -1))];
};

const matMulInteger: OperatorRule = (c) => throughProduct(c, c.g, [0, 1], [dequantised(c, 0, undefined, 2, -2), dequantised(c, 1, undefined, 3, -1)]);

export const quantizationRules: RuleTable = {
  QuantizeLinear: quantize,
  DequantizeLinear: dequantize,
  DynamicQuantizeLinear: dynamicQuantize,
  QLinearConv: qLinearConv,
  QLinearMatMul: qLinearMatMul,
  ConvInteger: convInteger,
  MatMulInteger: matMulInteger,
};

/** Operators whose results are quantised: whole numbers that stand for others. */
export const quantizing: ReadonlySet<string> = new Set(["QuantizeLinear", "DynamicQuantizeLinear", "QLinearConv", "QLinearMatMul", "ConvInteger", "MatMulInteger"]);
