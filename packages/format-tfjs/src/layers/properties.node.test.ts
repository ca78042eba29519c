import fc from "fast-check";
import { describe, it } from "vitest";
import { chain, check, layers as tfl } from "../../test/tf.js";

const { layers } = tfl;

type Layer = tfl.layers.Layer;
const size = (max: number): fc.Arbitrary<number> => fc.integer({ min: 1, max });
const several = (count: number, max: number): fc.Arbitrary<number[]> => fc.array(size(max), { minLength: count, maxLength: count });
const activation = fc.constantFrom("linear", "relu", "relu6", "elu", "selu", "sigmoid", "hardSigmoid", "tanh", "softplus", "softsign", "swish", "softmax");
const dataFormat = fc.constantFrom("channelsLast", "channelsFirst");

/** Places large enough for any window below, and channels, as the format has them. */
const shaped = (places: readonly number[], channels: number, format: string): number[] => (format === "channelsFirst" ? [channels, ...places] : [...places, channels]);

/** TensorFlow.js knows a window that is strided or dilated, and no other. */
const sliding = (dims: number) => fc.record({
  kernelSize: several(dims, 3), strides: several(dims, 3), dilationRate: several(dims, 2), dilated: fc.boolean(), padding: fc.constantFrom("same", "valid"), places: fc.array(fc.integer({ min: 6, max: 9 }), { minLength: dims, maxLength: dims }), channels: size(3), filters: size(4),
  useBias: fc.boolean(), activation,
}).map(({ strides, dilationRate, dilated, ...rest }) => ({ ...rest, strides: dilated ? strides.map(() => 1) : strides, dilationRate: dilated ? dilationRate : dilationRate.map(() => 1) }));

/** A layer of random form against TensorFlow.js's own predict, with something behind it that takes what it leaves. */
function holds<T>(name: string, cases: fc.Arbitrary<T>, make: (options: T) => readonly Layer[], runs = 20): void {
  it(name, async () => {
    await fc.assert(fc.asyncProperty(cases, fc.nat(1000), async (options, seed) => {
      await check(chain(...make(options)), { seed, limit: 2e-5 });
    }), { numRuns: runs, seed: 20240611 });
  }, 60_000);
}

describe("layers of random form", () => {
  holds("Conv2D, Conv1D", fc.tuple(sliding(2), sliding(1), dataFormat), ([picture, series, format]) => [
    // The cpu backend has channels first for plain windows only.
    layers.conv2d({ ...picture, dataFormat: "channelsLast", inputShape: shaped(picture.places, picture.channels, "channelsLast") } as never),
    ...(format === "channelsFirst" ? [] : [layers.reshape({ targetShape: [-1, picture.filters] }), layers.conv1d({ ...series, kernelSize: 1, strides: series.strides[0], dilationRate: 1 } as never)]),
  ]);
  holds("DepthwiseConv2D, SeparableConv2D", fc.tuple(sliding(2), size(3), fc.boolean()), ([options, depthMultiplier, separable]) => {
    const common = { ...options, strides: options.strides[0], dilationRate: options.dilationRate[0], depthMultiplier, inputShape: shaped(options.places, options.channels, "channelsLast") };
    return [separable ? layers.separableConv2d({ ...common, dilationRate: 1 } as never) : layers.depthwiseConv2d({ ...common, dilationRate: 1 } as never)];
  });
  holds("Conv2DTranspose", sliding(2), (options) => [layers.conv2dTranspose({ ...options, dilationRate: 1, inputShape: shaped(options.places, options.channels, "channelsLast") } as never)]);
  // Where windows leave gaps, TensorFlow.js places them by an error of its own: a notice says so.
  holds("Conv3D", sliding(3), (options) => [layers.conv3d({ ...options, dilationRate: 1, strides: Math.min(...options.kernelSize), inputShape: [...options.places.map((place) => place - 2), options.channels] } as never)], 8);
  holds("pooling", fc.record({ poolSize: several(2, 3), strides: several(2, 3), padding: fc.constantFrom("same", "valid"), dataFormat, max: fc.boolean(), channels: size(3) }), ({ max, channels, ...options }) => [
    (max ? layers.maxPooling2d : layers.averagePooling2d)({ ...options, inputShape: shaped([8, 7], channels, options.dataFormat) } as never),
  ]);
  holds("Dense on values of any rank, then what is by the batch's or the sample's statistics", fc.record({ rest: fc.array(size(4), { maxLength: 2 }), features: size(5), units: size(5), useBias: fc.boolean(), activation, norm: fc.boolean(), scale: fc.boolean(), center: fc.boolean() }), ({ rest, features, norm, scale, center, ...options }) => [
    layers.dense({ ...options, inputShape: [...rest, features] } as never), norm ? layers.batchNormalization({ scale, center }) : layers.layerNormalization({ scale, center }),
  ]);
  holds("padding, cropping and enlarging", fc.record({ padding: fc.array(fc.tuple(fc.nat(2), fc.nat(2)), { minLength: 2, maxLength: 2 }), cropping: fc.array(fc.tuple(fc.nat(2), fc.nat(2)), { minLength: 2, maxLength: 2 }), size: several(2, 3), interpolation: fc.constantFrom("nearest", "bilinear"), channels: size(3) }), ({ padding, cropping, channels, ...options }) => [
    layers.zeroPadding2d({ padding: padding as never, inputShape: [6, 7, channels] }), layers.cropping2D({ cropping: cropping as never }), layers.upSampling2d(options as never),
  ]);
  holds("recurrent layers", fc.record({
    kind: fc.constantFrom("lstm", "gru", "simpleRNN"), units: size(4), returnSequences: fc.boolean(), goBackwards: fc.boolean(), useBias: fc.boolean(), activation: fc.constantFrom("tanh", "relu", "sigmoid", "hardSigmoid", "linear", "softsign"),
    recurrentActivation: fc.constantFrom("sigmoid", "hardSigmoid", "tanh"), time: size(6), features: size(4), both: fc.boolean(), mergeMode: fc.constantFrom("concat", "sum", "mul", "ave"),
  }), ({ kind, time, features, both, mergeMode, ...options }) => {
    const layer = (layers[kind as "lstm"] as (config: object) => Layer)({ ...options, ...(both ? { goBackwards: false } : {}), inputShape: [time, features] });
    return [both ? layers.bidirectional({ layer: layer as never, mergeMode: mergeMode as never, inputShape: [time, features] }) : layer];
  });
});
