import { attr, intAttr, intsAttr, stringAttr } from "../../graph/attributes.js";
import { isOfBatch, type Element } from "../small-values.js";
import { moved, needPure } from "./elementwise.js";
import { perSample, type BatchFlow, type FlowRule, type FlowRules, type NodeFlow } from "./flow.js";

const concat: FlowRule = (node) => {
  const indices = node.original.inputs.map((_, i) => i);
  const carrier = indices.find((i) => node.batch(i) !== undefined)!;
  const flow = node.batch(carrier)!;
  if (node.axis(carrier, intAttr(node.original, "axis", 0)) === flow.axis) node.fail("it joins along the samples");
  for (const i of indices) {
    const own = node.batch(i);
    if (!own) {
      // A class token, a positional row: the same for every sample, and written for one.
      needPure(node, flow, "a part that is shared by the samples");
      node.repeat(i, flow.axis);
    } else if (own.axis !== flow.axis || own.outer !== flow.outer || own.inner !== flow.inner) node.fail("its inputs hold the samples along different axes");
  }
  node.give(flow);
};

/** Does a size mean "all samples"? */
const isAll = (end: Element, flow: BatchFlow): boolean => (isOfBatch(end) ? end.perSample === perSample(flow) : end !== undefined && end >= 2 ** 31 - 1);

const slice: FlowRule = (node) => {
  const flow = node.batch(0) ?? node.fail("a shared value is cut by the number of samples");
  const [starts, ends, steps] = [node.small(1), node.small(2), node.has(4) ? node.small(4) : undefined];
  const count = starts?.elements.length ?? 0;
  const axes = node.has(3) ? node.needNumbers(3, "axes").map((axis) => node.axis(0, axis)) : Array.from({ length: count }, (_, i) => i);
  const at = axes.indexOf(flow.axis);
  for (const i of [1, 2, 4]) {
    if (node.flow(i).kind === "batch") node.fail("its limits differ between samples");
    if (node.flow(i).kind === "sizes" && node.small(i)?.elements.some((element, j) => j !== at && typeof element !== "number")) node.fail("its limits depend on the number of samples");
  }
  if (at >= 0) {
    const end = ends?.elements[at];
    const whole = starts?.elements[at] === 0 && (!node.has(4) || steps?.elements[at] === 1);
    if (!whole || end === undefined) node.fail("it cuts along the samples");
    if (!isAll(end, flow)) {
      if (typeof end !== "number" || end < perSample(flow)) node.fail("it cuts along the samples");
      node.rewriteNumbers(2, node.needNumbers(2, "ends").map((value, i) => (i === at ? 2 ** 31 - 1 : value)));
    }
  }
  node.give(flow);
};

const pad: FlowRule = (node) => {
  const flow = node.only();
  const pads = node.needNumbers(1, "pads");
  const half = pads.length / 2;
  const axes = node.has(3) ? node.needNumbers(3, "axes").map((axis) => node.axis(0, axis)) : Array.from({ length: half }, (_, i) => i);
  const at = axes.indexOf(flow.axis);
  if (at >= 0 && (pads[at] !== 0 || pads[at + half] !== 0)) node.fail("it pads the samples");
  node.give(flow);
};

const gather: FlowRule = (node) => {
  const [data, indices] = [node.batch(0), node.batch(1)];
  if (data && indices) node.fail("both the table and the indices hold the samples");
  if (data) {
    const axis = node.axis(0, intAttr(node.original, "axis", 0));
    if (axis === data.axis) node.fail("it picks among the samples");
    const added = node.needRank(1) - 1;
    const rank = node.rank(0);
    return node.give(moved(data, axis < data.axis ? data.axis + added : data.axis, rank === undefined ? undefined : rank + added));
  }
  const axis = node.axis(0, intAttr(node.original, "axis", 0));
  const rank = node.rank(1);
  node.give(moved(indices!, axis + indices!.axis, rank === undefined ? undefined : rank + node.needRank(0) - 1));
};

const gatherElements: FlowRule = (node) => {
  const [data, indices] = [node.batch(0), node.batch(1)];
  if (!data || data.axis !== indices?.axis || data.outer !== indices.outer || data.inner !== indices.inner) return node.fail("table and indices do not hold the samples along the same axis");
  if (node.axis(0, intAttr(node.original, "axis", 0)) === data.axis) node.fail("it picks among the samples");
  node.give(data);
};

const oneHot: FlowRule = (node) => {
  const flow = node.only();
  const rank = node.needRank(0);
  const given = intAttr(node.original, "axis", -1);
  const axis = given < 0 ? given + rank + 1 : given;
  node.give(moved(flow, flow.axis >= axis ? flow.axis + 1 : flow.axis, rank + 1));
};

/** One size that is a multiple of the number of samples: where it stands. */
function batchPlace(node: NodeFlow, elements: readonly Element[]): { readonly at: number; readonly times: number } {
  const found = elements.flatMap((element, at) => (isOfBatch(element) ? [{ at, times: element.perSample }] : []));
  if (found.length !== 1 || elements.includes(undefined)) node.fail("its shape depends on the number of samples in a way that is not followed");
  return found[0]!;
}

const expand: FlowRule = (node) => {
  const target = node.small(1) ?? node.fail("its shape is computed from data");
  const flow = node.batch(0);
  const [rank, length] = [node.needRank(0), target.elements.length];
  const outRank = Math.max(rank, length);
  if (!flow) {
    const { at, times } = batchPlace(node, target.elements);
    const dim = node.needShape(0)[at - (length - rank)] ?? 1;
    if (dim !== 1) node.fail("a shared value has a size where the samples should lie");
    return node.give({ kind: "batch", axis: at + outRank - length, outer: 1, inner: times, rank: outRank });
  }
  const place = flow.axis + length - rank;
  if (target.elements.some((element, i) => i !== place && typeof element !== "number")) node.fail("its shape depends on the number of samples in a way that is not followed");
  const size = place < 0 ? 1 : target.elements[place];
  if (size !== 1 && !(isOfBatch(size) && size.perSample === perSample(flow))) {
    if (size !== perSample(flow)) node.fail("it repeats the samples");
    // 1 leaves a size as it is.
    node.rewriteNumbers(1, node.needNumbers(1, "sizes").map((value, i) => (i === place ? 1 : value)));
  }
  node.give(moved(flow, flow.axis + outRank - rank, outRank));
};

const tile: FlowRule = (node) => {
  const repeats = node.small(1) ?? node.fail("its repeats are computed from data");
  const flow = node.batch(0);
  if (!flow) {
    const { at, times } = batchPlace(node, repeats.elements);
    const shape = node.needShape(0);
    return node.give({ kind: "batch", axis: at, outer: 1, inner: times * shape[at]!, rank: shape.length });
  }
  if (repeats.elements.some((element) => typeof element !== "number") || repeats.elements[flow.axis] !== 1) node.fail("it repeats the samples");
  node.give(flow);
};

const constantOfShape: FlowRule = (node) => {
  const elements = node.small(0)?.elements ?? node.fail("its shape is computed from data");
  const { at, times } = batchPlace(node, elements);
  node.give({ kind: "batch", axis: at, outer: 1, inner: times, rank: elements.length });
};

const resize: FlowRule = (node) => {
  const flow = node.batch(0) ?? node.fail("a shared value is resized by the number of samples");
  if (node.batch(1) ?? node.batch(2)) node.fail("its scales differ between samples");
  const axes = intsAttr(node.original, "axes")?.map((axis) => node.axis(0, axis));
  const at = axes ? axes.indexOf(flow.axis) : flow.axis;
  if (at < 0) return node.give(flow);
  if (stringAttr(node.original, "coordinate_transformation_mode", "half_pixel") === "tf_crop_and_resize") {
    const roi = node.needNumbers(1, "region of interest");
    if (roi[at] !== 0 || roi[at + roi.length / 2] !== 1) node.fail("it crops the samples");
  }
  const scales = node.has(2) ? node.small(2)?.elements : [];
  if (!scales) return node.fail("its scales are computed from data");
  if (scales.length > 0) {
    if (scales[at] !== 1) node.fail("it resizes along the samples");
    return node.give(flow);
  }
  const sizes = node.small(3)?.elements ?? node.fail("its sizes are computed from data");
  const size = sizes[at];
  if (!(isOfBatch(size) && size.perSample === perSample(flow))) {
    if (size !== perSample(flow)) node.fail("it resizes along the samples");
    const dims = node.insert("Shape", [node.name(0)], { start: attr.int(flow.axis), end: attr.int(flow.axis + 1) });
    const cut = (from: number, to: number): string[] => {
      if (from === to) return [];
      return [node.insert("Slice", [node.name(3), node.around.constantInts([from]), node.around.constantInts([to]), node.around.constantInts([0])])];
    };
    node.setInput(3, node.insert("Concat", [...cut(0, at), dims, ...cut(at + 1, sizes.length)], { axis: attr.int(0) }));
  }
  node.give(flow);
};

export const indexingRules: FlowRules = {
  Concat: concat,
  Slice: slice,
  Pad: pad,
  Gather: gather,
  GatherElements: gatherElements,
  OneHot: oneHot,
  Expand: expand,
  Tile: tile,
  ConstantOfShape: constantOfShape,
  Resize: resize,
};
