import { concat, float32, sizeOf, stridesOf, take, toFloat32, type PositionAxes, type Tensor } from "@vitrine/core";
import { upsample, type Upsampling } from "./upsample.js";

/** What Grad-CAM makes of a layer. */
export interface Cam {
  /** Of each place axis, in the layer. */
  readonly extent: readonly number[];
  /** [places] of each sample. */
  readonly maps: readonly Float32Array[];
}

/**
 * Σ_k α_k A_k with α_k the mean over places of ∂y/∂A_k (Selvaraju et al. 2017), of each sample.
 * @param relu keeps what speaks for the target only, as the paper does
 */
export function gradCamMaps(activation: Tensor, gradient: Tensor, axes: PositionAxes, samples: number, relu: boolean): Cam {
  const extent = axes.spatialAxes.map((axis) => activation.shape[axis]!);
  const size = sizeOf(extent);
  const maps = Array.from({ length: samples }, (_, sample) => {
    const [one, slopes] = [activation, gradient].map((all) => (axes.batchAxis === undefined ? all : take(all, axes.batchAxis, [sample]))) as [Tensor, Tensor];
    const values = toFloat32(one);
    const back = toFloat32(slopes);
    const units = axes.unitAxis === undefined ? 1 : one.shape[axes.unitAxis]!;
    const unitOf = axes.unitAxis === undefined ? (): number => 0 : along(one.shape, [axes.unitAxis]);
    const placeOf = along(one.shape, axes.spatialAxes);
    const alphas = new Float64Array(units);
    for (let i = 0; i < back.length; i++) alphas[unitOf(i)]! += back[i]! / size;
    const map = new Float64Array(size);
    for (let i = 0; i < values.length; i++) map[placeOf(i)]! += alphas[unitOf(i)]! * values[i]!;
    return new Float32Array(relu ? map.map((value) => Math.max(0, value)) : map);
  });
  return { extent, maps };
}

/** Where an element lies along some axes, counted row by row over them. */
export function along(shape: readonly number[], axes: readonly number[]): (flat: number) => number {
  const strides = stridesOf(shape);
  const steps = stridesOf(axes.map((axis) => shape[axis]!));
  return (flat) => axes.reduce((sum, axis, i) => sum + (Math.floor(flat / strides[axis]!) % shape[axis]!) * steps[i]!, 0);
}

/** The maps at another size: [samples, 1, …places]. */
export function camTensor({ extent, maps }: Cam, to: readonly number[], upsampling: Upsampling): Tensor<"float32"> {
  return concat(maps.map((map) => float32([1, 1, ...to], upsample(map, extent, to, upsampling))), 0) as Tensor<"float32">;
}
