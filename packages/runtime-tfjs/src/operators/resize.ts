import * as tf from "@tensorflow/tfjs-core";
import { floatAttr, intsAttr, resizeTaps, stringAttr, type ResizeAxis, type Tap } from "@vitrine/core";
import { Refusal } from "../errors.js";
import { axisIn } from "../layout.js";
import { Held } from "../value.js";
import { select } from "./kernels.js";
import { pick } from "./pieces.js";
import { axisOf, input, numbersAt, type Call, type DeviceOperator, type Operator } from "./operator.js";
import { bounded } from "./shaping.js";

interface Axis extends ResizeAxis {
  readonly axis: number;
}

function axesOf(call: Call, x: Held): Axis[] {
  const { node } = call;
  const named = intsAttr(node, "axes", x.shape.map((_, axis) => axis)).map((axis) => axisOf(axis, x.rank));
  const given = (index: number): number[] | undefined => {
    const values = numbersAt(call, index);
    return values === undefined || values.length === 0 ? undefined : values;
  };
  const [scales, sizes] = [given(2), given(3)];
  const roi = stringAttr(node, "coordinate_transformation_mode", "half_pixel") === "tf_crop_and_resize" ? given(1) : undefined;
  const policy = stringAttr(node, "keep_aspect_ratio_policy", "stretch");
  const ratios = sizes?.map((size, i) => size / x.shape[named[i]!]!);
  const common = ratios && policy !== "stretch" ? (policy === "not_larger" ? Math.min(...ratios) : Math.max(...ratios)) : undefined;
  return named.map((axis, i) => {
    const from = x.shape[axis]!;
    const to = common !== undefined ? Math.round(common * from) : scales ? Math.floor(from * scales[i]!) : (sizes?.[i] ?? from);
    return { axis, from, to, scale: common ?? scales?.[i] ?? to / from, roi: roi ? [roi[i]!, roi[i + named.length]!] : [0, 1] };
  });
}

/** Interpolation works axis by axis, each a weighted sum of gathered elements: the same on every backend, in every mode. */
const resize: DeviceOperator = (call) => {
  const { node } = call;
  const x = input(call, 0);
  const axes = axesOf(call, x);
  const shape = [...x.shape];
  for (const { axis, to } of axes) shape[axis] = to;
  bounded(shape);
  let y = x.in(x.layout);
  for (const axis of axes) {
    if (axis.from === axis.to && axis.scale === 1 && axis.roi[0] === 0 && axis.roi[1] === 1) continue;
    const found = resizeTaps(node, axis);
    if (typeof found === "string") throw new Refusal(found);
    const count = found.find((each) => each !== undefined)?.length ?? 1;
    const taps = found.map((each) => each ?? new Array<Tap>(count).fill({ at: 0, weight: 0 }));
    const at = axisIn(x.layout, axis.axis, x.rank);
    const along = y.shape.map((_, i) => (i === at ? axis.to : 1));
    const part = (k: number): tf.Tensor => {
      const gathered = pick(y, Int32Array.from(taps, (each) => each[k]!.at), at);
      return taps.every((each) => each[k]!.weight === 1) ? gathered : tf.mul(gathered, tf.tensor(Float32Array.from(taps, (each) => each[k]!.weight), along));
    };
    const parts = Array.from({ length: count }, (_, k) => part(k));
    const made = parts.reduce((a, b) => tf.add(a, b));
    if (!found.includes(undefined)) y = made;
    else {
      const inside = tf.tensor(Float32Array.from(found, (each) => (each === undefined ? 0 : 1)), along);
      y = select(tf.cast(inside, "bool"), made, tf.scalar(floatAttr(node, "extrapolation_value", 0)));
    }
  }
  return [Held.device(x.dtype, shape, y, x.layout)];
};

export type ResizeName = "Resize";

export const resizing: Readonly<Record<ResizeName, Operator>> = {
  Resize: { device: resize, reads: [1, 2, 3] },
};
