import { attr, float32, int64, type Attributes, type Tensor } from "@vitrine/core";
import { fixed, operatorCase, uniform, type OperatorCase } from "./case.js";

const text = attr.string;

function resize(note: string, x: Tensor, factor: { readonly scales: readonly number[] } | { readonly sizes: readonly number[] }, attributes: Attributes): OperatorCase {
  const scales = "scales" in factor ? fixed(float32([factor.scales.length], factor.scales)) : undefined;
  const sizes = "sizes" in factor ? fixed(int64(factor.sizes)) : undefined;
  return operatorCase("Resize", note, [x, undefined, scales, ...(sizes ? [sizes] : [])], attributes, { tolerance: 1e-4 });
}

export function resizingCases(): OperatorCase[] {
  const x = uniform([1, 2, 4, 5], 1);
  const modes = ["half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric", "half_pixel_symmetric"];
  return [
    ...modes.flatMap((mode) => {
      const coordinate = { coordinate_transformation_mode: text(mode) };
      return [
        resize(`nearest, ${mode}, up`, x, { scales: [1, 1, 2, 3] }, { ...coordinate, nearest_mode: text("floor") }),
        resize(`linear, ${mode}, up`, x, { sizes: [1, 2, 7, 9] }, { ...coordinate, mode: text("linear") }),
        resize(`linear, ${mode}, down`, x, { sizes: [1, 2, 3, 2] }, { ...coordinate, mode: text("linear") }),
        resize(`cubic, ${mode}, up`, x, { sizes: [1, 2, 9, 8] }, { ...coordinate, mode: text("cubic") }),
      ];
    }),
    ...["round_prefer_floor", "round_prefer_ceil", "ceil"].map((rounding) =>
      resize(`nearest, ${rounding}`, x, { sizes: [1, 2, 6, 4] }, { nearest_mode: text(rounding), coordinate_transformation_mode: text("asymmetric") })),
    resize("cubic, border excluded", x, { sizes: [1, 2, 6, 7] }, { mode: text("cubic"), exclude_outside: attr.int(1), cubic_coeff_a: attr.float(-0.5) }),
    resize("a series", uniform([1, 2, 6], 1), { scales: [1, 1, 2] }, { mode: text("linear") }),
    operatorCase("Resize", "a crop", [x, fixed(float32([8], [0, 0, 0.2, -0.1, 1, 1, 0.8, 1.1])), fixed(float32([0], [])), fixed(int64([1, 2, 3, 6]))], {
      mode: text("linear"), coordinate_transformation_mode: text("tf_crop_and_resize"), extrapolation_value: attr.float(9),
    }, { tolerance: 1e-4 }),
  ];
}
