import { constantOf, scalar } from "@vitrine/core";
import type { Shape, Size } from "../build/held.js";
import type { NodeCall, NodeRule, NodeRules, TfList, TfValue } from "./call.js";

/*
 * Lists of tensors: TensorFlow 2's TensorList, and TensorFlow 1's TensorArray, whose elements go with its flow. ONNX's sequences are
 * not among the operators of all runtimes; elements of one shape are one value, stacked along a new first axis.
 */

const listAt = (call: NodeCall, i: number): { readonly value: TfValue; readonly list: TfList } => {
  const value = call.input(i);
  return { value, list: value.list ?? call.invalid(`its input ${i} is no list of tensors`) };
};

/** A list that is no value of the graph. */
const virtual = (list: TfList): TfValue => ({ value: "", shape: undefined, order: undefined, list });

const asList = ({ value, shape, order }: TfValue, dtype: TfList["dtype"]): TfValue => ({ value, shape, order, list: { kind: "stacked", dtype } });

/** All elements of a list in one value, [count, …element]. */
export function stacked(call: NodeCall, { list, ...value }: TfValue): TfValue {
  if (list?.kind === "stacked") return value;
  if (list?.kind === "growing") return call.fail("it uses a list while a loop is filling it");
  if (list?.kind !== "written") return call.invalid("its list is none");
  const [first] = list.written;
  if (!first) return call.fail("nothing has been written into its list");
  const rows = list.written.map((element) => call.b.unsqueeze(call.layout.plain(element), [0], "Unsqueeze"));
  return call.value(rows.length === 1 ? rows[0]! : call.b.concat(rows, 0, "Concat"), first.shape && [rows.length, ...first.shape]);
}

const stackedAt = (call: NodeCall, i: number): TfValue => stacked(call, listAt(call, i).value);

const elementShape = ({ shape }: TfValue): Shape | undefined => shape?.slice(1);

/** The element at a place. */
function element(call: NodeCall, list: number, index: number): TfValue {
  const given = listAt(call, list);
  const [at] = call.known(index) ?? [];
  if (given.list.kind === "written" && at !== undefined) return given.list.written[at] ?? call.fail(`element ${at} of its list has not been written`);
  const all = stacked(call, given.value);
  return call.value(call.b.gather(call.layout.plain(all), call.plain(index), 0, "Gather"), elementShape(all));
}

/** The list with an element written at `index`, or behind its end. */
function written(call: NodeCall, list: number, index: number | undefined, item: TfValue): TfValue {
  const { value, list: held } = listAt(call, list);
  const at = index === undefined ? undefined : call.input(index);
  if (held.kind === "growing") return held.added ? call.fail("a loop that writes to one list twice a round is not translated") : virtual({ ...held, added: { element: item, index: at } });
  if (held.kind === "written") {
    const place = index === undefined ? held.written.length : (call.known(index)?.[0] ?? call.fail("the place that it writes to is computed from data"));
    if (place > held.written.length || place < 0) return call.fail(`it writes element ${place} of a list that has ${held.written.length}`);
    return virtual({ ...held, written: [...held.written.slice(0, place), item, ...held.written.slice(place + 1)] });
  }
  const all = stacked(call, value);
  const row = call.b.unsqueeze(call.layout.plain(item), [0], "Unsqueeze");
  if (index === undefined) return asList(call.value(call.b.concat([call.layout.plain(all), row], 0, "Concat"), all.shape && [null, ...all.shape.slice(1)]), held.dtype);
  const places = call.b.reshape(call.b.cast(call.plain(index), "int64", "Cast"), [1, 1], "Reshape");
  return asList(call.value(call.b.op("ScatterND", [call.layout.plain(all), places, row]), all.shape), held.dtype);
}

/** Whether input `i` holds 0, 1, 2, … */
function counts(call: NodeCall, i: number): boolean {
  const known = call.known(i);
  if (known) return known.every((value, place) => value === place);
  const node = call.b.nodes.find(({ outputs }) => outputs[0] === call.input(i).value);
  const number = (name: string | undefined): number | undefined => {
    const constant = call.b.constantAt(name ?? "");
    return constant ? Number(constant.read().data[0]) : undefined;
  };
  return node?.op === "Range" && number(node.inputs[0]) === 0 && number(node.inputs[2]) === 1;
}

/** A list of the rows of a tensor, each at the place that the indices name. */
function scattered(call: NodeCall, { tensor, indices }: { readonly tensor: number; readonly indices: number }): TfValue {
  if (!counts(call, indices)) call.fail("its elements are not written in their order");
  return asList({ ...call.input(tensor), value: call.plain(tensor), order: undefined }, call.attributes.type("element_dtype"));
}

/** How many elements a list holds. */
function count(call: NodeCall, i: number): TfValue {
  const { value, list } = listAt(call, i);
  if (list.kind === "written") return call.constant(constantOf(scalar(list.written.length, "int32")));
  const all = stacked(call, value);
  const [size = null] = all.shape ?? [];
  const { b } = call;
  const first = b.squeeze(b.slice(b.shape(call.layout.plain(all), "Shape"), [0], [1], [0], undefined, "Slice"), [0], "Squeeze");
  return call.value(b.cast(first, "int32", "Cast"), [], { elements: [size] });
}

/** All elements behind one another along their first axis. Only the values have a counterpart, not the list of lengths beside them. */
function joined(call: NodeCall, i: number): TfValue {
  const { value, list } = listAt(call, i);
  if (list.kind === "written" && list.written.length > 0) {
    const [{ shape }] = list.written as readonly [TfValue];
    return call.value(call.b.concat(list.written.map((each) => call.layout.plain(each)), 0, "Concat"), shape && [null, ...shape.slice(1)]);
  }
  const all = stacked(call, value);
  const rank = all.shape?.length ?? call.fail("the number of axes of its elements is not known");
  if (rank < 2) call.invalid("its elements are numbers, which have no axis to be joined along");
  const [each, ...rest] = all.shape!.slice(1);
  const [rows] = all.shape!;
  const sizes = rest.includes(null) ? call.b.concat([call.b.ints([-1]), call.b.slice(call.b.shape(call.layout.plain(all), "Shape"), [2], [rank], [0], undefined, "Slice")], 0, "Concat") : call.b.ints([-1, ...(rest as number[])]);
  const length: Size = typeof rows === "number" && typeof each === "number" ? rows * each : null;
  return call.value(call.b.op("Reshape", [call.layout.plain(all), sizes]), [length, ...rest]);
}

/** A list of parts of a tensor, of lengths that are known. */
function split(call: NodeCall, tensor: number, lengths: number): TfValue {
  const input = call.input(tensor);
  const sizes = call.numbers(lengths, "lengths");
  if (sizes.some((size) => size < 0) || (typeof input.shape?.[0] === "number" && sizes.reduce((sum, size) => sum + size, 0) !== input.shape[0])) call.invalid(`its lengths [${sizes.join(", ")}] do not fit its tensor`);
  const value = call.plain(tensor);
  const parts = sizes.map((size, i) => {
    const begin = sizes.slice(0, i).reduce((sum, each) => sum + each, 0);
    return call.value(call.b.slice(value, [begin], [begin + size], [0], undefined, "Slice"), input.shape && [size, ...input.shape.slice(1)]);
  });
  return virtual({ kind: "written", written: parts, dtype: call.attributes.type("element_dtype") });
}

function gathered(call: NodeCall, list: number, indices: number): TfValue {
  const all = stackedAt(call, list);
  const { shape = [null] } = call.input(indices);
  return call.value(call.b.gather(call.layout.plain(all), call.plain(indices), 0, "Gather"), all.shape && [...shape, ...all.shape.slice(1)]);
}

/** What a tensor or a list of tensors says of its first axis, where the list itself does not know it. */
const stack: NodeRule = (call) => {
  const all = stackedAt(call, 0);
  const declared = call.attributes.int("num_elements", -1);
  if (declared < 0 || !all.shape || all.shape[0] !== null) return all;
  return { ...all, shape: [declared, ...all.shape.slice(1)] };
};

const popped: NodeRule = (call) => {
  const { value, list } = listAt(call, 0);
  if (list.kind === "written") return [virtual({ ...list, written: list.written.slice(0, -1) }), list.written.at(-1) ?? call.fail("nothing has been written into its list")];
  const all = stacked(call, value);
  const plain = call.layout.plain(all);
  const size = all.shape?.[0];
  const rest = call.value(call.b.slice(plain, [0], [-1], [0], undefined, "Slice"), all.shape && [typeof size === "number" ? size - 1 : null, ...all.shape.slice(1)]);
  return [asList(rest, list.dtype), call.value(call.b.gather(plain, call.b.constant(constantOf(scalar(-1, "int32"))), 0, "Gather"), elementShape(all))];
};

const empty: NodeRule = (call) => virtual({ kind: "written", written: [], dtype: call.attributes.type("element_dtype") });

export const listRules: NodeRules = {
  EmptyTensorList: empty, TensorListReserve: empty,
  TensorListFromTensor: (call) => asList({ ...call.input(0), value: call.plain(0), order: undefined }, call.attributes.type("element_dtype")),
  TensorListGetItem: (call) => element(call, 0, 1),
  TensorListSetItem: (call) => written(call, 0, 1, call.input(2)),
  TensorListPushBack: (call) => written(call, 0, undefined, call.input(1)),
  TensorListPopBack: popped,
  TensorListStack: stack,
  TensorListGather: (call) => gathered(call, 0, 1),
  TensorListScatter: (call) => scattered(call, { tensor: 0, indices: 1 }),
  TensorListScatterV2: (call) => scattered(call, { tensor: 0, indices: 1 }),
  TensorListLength: (call) => count(call, 0),
  TensorListConcat: (call) => joined(call, 0),
  TensorListConcatV2: (call) => joined(call, 0),
  TensorListSplit: (call) => split(call, 0, 2),
  TensorArrayV3: (call) => {
    const dtype = call.attributes.type("dtype");
    return [virtual({ kind: "handle", dtype }), virtual({ kind: "written", written: [], dtype })];
  },
  TensorArrayReadV3: (call) => element(call, 2, 1),
  TensorArrayWriteV3: (call) => written(call, 3, 1, call.input(2)),
  TensorArrayGatherV3: (call) => gathered(call, 2, 1),
  TensorArrayScatterV3: (call) => asList(scattered(call, { tensor: 2, indices: 1 }), listAt(call, 3).list.dtype),
  TensorArraySizeV3: (call) => count(call, 1),
  TensorArrayConcatV3: (call) => joined(call, 1),
  TensorArraySplitV3: (call) => split(call, 1, 2),
  TensorArrayCloseV3: () => [],
};

const passing = new Set(["Identity", "IdentityN", "StopGradient"]);

/** Whether an operator takes lists of tensors as they are. */
export const takesLists = (op: string): boolean => Object.hasOwn(listRules, op) || passing.has(op);
