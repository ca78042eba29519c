import type { Plugin } from "@vitrine/core";

/**
 * What the command line brings along. Imported only when it is asked for: of a package that a configuration leaves out,
 * not a byte is read.
 */
const standard: readonly (() => Promise<Plugin>)[] = [
  () => import("@vitrine/format-onnx").then((module) => module.onnxPlugin),
  () => import("@vitrine/format-tfjs").then((module) => module.tfjsPlugin),
  () => import("@vitrine/runtime-onnx-node").then((module) => module.onnxNodePlugin),
  () => import("./tfjs.js").then((module) => module.tfjsPlugin),
  () => import("@vitrine/image").then((module) => module.imagePlugin),
  () => import("@vitrine/image-node").then((module) => module.imageNodePlugin),
  () => import("@vitrine/method-activation").then((module) => module.activationPlugin),
  () => import("@vitrine/method-occlusion").then((module) => module.occlusionPlugin),
  () => import("@vitrine/method-weights").then((module) => module.weightsPlugin),
  () => import("@vitrine/autodiff").then((module) => module.autodiffPlugin),
  () => import("@vitrine/method-deconv").then((module) => module.deconvPlugin),
  () => import("@vitrine/method-attribution").then((module) => module.attributionPlugin),
];

/** The standard plugins, in the order in which `vitrine methods` lists them. */
export const standardPlugins = (): Promise<Plugin[]> => Promise.all(standard.map((load) => load()));
