import { attr, intAttr } from "../../graph/attributes.js";
import { sizeOf } from "../../tensor/tensor.js";
import { isOfBatch, type Element, type SmallValue } from "../small-values.js";
import { isPure, perSample, type BatchFlow, type FlowRule, type NodeFlow } from "./flow.js";

/**
 * Elements keep their row-major order, so the samples do: they can go on along any axis of the result before which
 * as many elements lie as lay before them, possibly merged with part of that axis. All such axes are right; the likeliest
 * is tried first. The shape is rewritten where it fixes that axis at one sample: `[1, -1]` to `[0, -1]`, `[1, 12, 64]` to `[-1, 12, 64]`.
 */
export const reshape: FlowRule = (node) => {
  const flow = node.batch(0) ?? node.fail("a shared value is given a shape that depends on the number of samples");
  const target = node.small(1) ?? node.fail(`its shape \`${node.name(1)}\` is computed from data`);
  if (intAttr(node.original, "allowzero", 0) === 1 && target.elements.includes(0)) node.fail("its result is empty");
  if (target.elements.includes(undefined)) node.fail(`its shape \`${node.name(1)}\` is not known`);
  if (target.elements.filter(isOfBatch).length > 1) node.fail("its shape holds the number of samples twice");
  const shape = resultShape(node, target);
  if (shape) byShape(node, flow, target, shape);
  else leading(node, flow, target);
};

/** The result's shape for one sample. */
function resultShape(node: NodeFlow, target: SmallValue): readonly number[] | undefined {
  const source = node.shape(0);
  const observed = node.outputShape();
  if (observed) return observed;
  if (!source) return undefined;
  const dims = target.elements.map((element, i) => (isOfBatch(element) ? element.perSample : element === 0 ? source[i] : element));
  if (!dims.every((dim) => typeof dim === "number")) return undefined;
  const rest = sizeOf(dims.filter((dim) => dim !== -1));
  return dims.map((dim) => (dim === -1 ? sizeOf(source) / rest : dim));
}

/** Without a shape: samples along the first axis, kept there. */
function leading(node: NodeFlow, flow: BatchFlow, target: SmallValue): void {
  const first = target.elements[0];
  const kept = first === 0 || (isOfBatch(first) && first.perSample === perSample(flow)) || (first === 1 && isPure(flow));
  if (flow.axis !== 0 || !kept) node.fail(`the shape of \`${node.name(0)}\` is not known`);
  if (first === 1) write(node, target, 0, flow, undefined);
  node.give({ ...flow, rank: target.elements.length });
}

function byShape(node: NodeFlow, flow: BatchFlow, target: SmallValue, shape: readonly number[]): void {
  const source = node.shape(0) ?? [];
  if (shape.includes(0)) node.fail("its result is empty");
  const before = flow.outer * (flow.axis === 0 ? 1 : sizeOf(node.needShape(0).slice(0, flow.axis)));
  const told = target.elements.findIndex(isOfBatch);
  const places = shape.flatMap((dim, axis): BatchFlow[] => {
    const ahead = sizeOf(shape.slice(0, axis));
    const outer = before / ahead;
    const fits = Number.isInteger(outer) && dim % outer === 0;
    return fits && (told < 0 || told === axis) ? [{ kind: "batch", axis, outer, inner: dim / outer, rank: shape.length }] : [];
  });
  if (places.length === 0) node.fail(`the samples cannot be followed into the shape [${target.elements.map(show).join(", ")}]`);
  const ranked = places.toSorted((a, b) => awkwardness(a) - awkwardness(b) || a.inner - b.inner);
  const place = ranked[node.around.choose(ranked.length)]!;
  function awkwardness(candidate: BatchFlow): number {
    if (isPure(candidate)) return 0;
    if (target.elements[candidate.axis] === -1) return 1;
    // [time, N, features] to [time, N·heads, …] stays behind the time; to [time·N, features] it loses an axis and must leave the features alone.
    return shape.length < source.length || candidate.outer === flow.outer ? 2 : 3;
  }
  if (told < 0) write(node, target, place.axis, flow, shape);
  else if (target.elements[flow.axis] === 0) node.fail("its shape holds the number of samples twice");
  node.give(place);
}

const show = (element: Element): string => (isOfBatch(element) ? `${element.perSample === 1 ? "" : element.perSample}N` : String(element ?? "?"));

/** Rewrites the shape so that the size along `axis` grows with the batch, unless it already does. */
function write(node: NodeFlow, target: SmallValue, axis: number, flow: BatchFlow, shape: readonly number[] | undefined): void {
  const given = target.elements;
  const copiesBatch = (i: number): boolean => given[i] === 0 && i === flow.axis;
  const grows = given[axis] === -1 || copiesBatch(axis);
  if (grows && !given.some((_, i) => i !== axis && copiesBatch(i))) return;
  const known = (i: number): number => shape?.[i] ?? node.fail(`the shape of \`${node.name(0)}\` is not known`);
  const fixed = (i: number): number => {
    if (!node.around.fixedShapes) node.fail("its shape leaves two sizes open");
    return known(i);
  };
  // 0 copies the input's size along the same axis: right where the samples stay there with what they are merged with.
  const copy = axis === flow.axis && (shape === undefined || shape[axis] === perSample(flow));
  const values = given.map((element, i) => {
    if (i === axis) return copy ? 0 : -1;
    if (element === -1) return copy ? -1 : fixed(i);
    if (copiesBatch(i)) return fixed(i);
    return Number(element);
  });
  node.rewriteNumbers(1, values);
  if (node.original.attributes["allowzero"]) node.setAttributes({ ...node.original.attributes, allowzero: attr.int(0) });
}
