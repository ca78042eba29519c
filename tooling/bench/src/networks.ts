import { attr, float32, GraphBuilder, seededRandom, type Graph } from "@vitrine/core";

/** Layers of published topologies with seeded random weights: speed does not depend on what was learned. */
class Network {
  readonly b = new GraphBuilder();
  readonly #random = seededRandom(1);

  weights(shape: readonly number[]): string {
    const fanIn = shape.slice(1).reduce((a, c) => a * c, 1);
    const scale = Math.sqrt(2 / Math.max(1, fanIn));
    return this.b.constant(float32(shape, Array.from({ length: shape.reduce((a, c) => a * c, 1) }, () => scale * this.#random.normal())), "w");
  }

  conv(x: string, from: number, to: number, k: number, { stride = 1, pad = 0, group = 1 } = {}): string {
    return this.b.op("Conv", [x, this.weights([to, from / group, k, k]), this.weights([to])], {
      kernel_shape: attr.ints([k, k]), strides: attr.ints([stride, stride]), pads: attr.ints([pad, pad, pad, pad]), group: attr.int(group),
    }, "conv");
  }

  relu(x: string): string {
    return this.b.relu(x, "relu");
  }

  relu6(x: string): string {
    return this.b.op("Clip", [x, this.b.scalar(0), this.b.scalar(6)], {}, "relu6");
  }

  pool(x: string): string {
    return this.b.op("MaxPool", [x], { kernel_shape: attr.ints([3, 3]), strides: attr.ints([2, 2]), ceil_mode: attr.int(1) }, "pool");
  }

  classes(x: string): Graph {
    return this.b.build({ outputs: [this.b.softmax(x, 1, "probabilities")] });
  }
}

const image = (b: GraphBuilder, side = 224): string => b.input("x", "float32", ["N", 3, side, side]);

/** SqueezeNet 1.1 (Iandola et al. 2016). */
export function squeezeNet(): Graph {
  const n = new Network();
  let x = n.pool(n.relu(n.conv(image(n.b), 3, 64, 3, { stride: 2 })));
  let channels = 64;
  const fire = (squeeze: number, expand: number): void => {
    const s = n.relu(n.conv(x, channels, squeeze, 1));
    x = n.b.concat([n.relu(n.conv(s, squeeze, expand, 1)), n.relu(n.conv(s, squeeze, expand, 3, { pad: 1 }))], 1, "fire");
    channels = 2 * expand;
  };
  fire(16, 64);
  fire(16, 64);
  x = n.pool(x);
  fire(32, 128);
  fire(32, 128);
  x = n.pool(x);
  for (const [squeeze, expand] of [[48, 192], [48, 192], [64, 256], [64, 256]] as const) fire(squeeze, expand);
  x = n.b.op("GlobalAveragePool", [n.relu(n.conv(x, 512, 1000, 1))]);
  return n.classes(n.b.op("Flatten", [x], { axis: attr.int(1) }));
}

/** MobileNetV2 (Sandler et al. 2018), batch normalisation folded. */
export function mobileNetV2(): Graph {
  const n = new Network();
  let x = n.relu6(n.conv(image(n.b), 3, 32, 3, { stride: 2, pad: 1 }));
  let channels = 32;
  for (const [expand, to, repeats, first] of [[1, 16, 1, 1], [6, 24, 2, 2], [6, 32, 3, 2], [6, 64, 4, 2], [6, 96, 3, 1], [6, 160, 3, 2], [6, 320, 1, 1]] as const) {
    for (let i = 0; i < repeats; i++) {
      const stride = i === 0 ? first : 1;
      const hidden = channels * expand;
      const wide = expand === 1 ? x : n.relu6(n.conv(x, channels, hidden, 1));
      const deep = n.relu6(n.conv(wide, hidden, hidden, 3, { stride, pad: 1, group: hidden }));
      const narrow = n.conv(deep, hidden, to, 1);
      x = stride === 1 && channels === to ? n.b.add(x, narrow, "residual") : narrow;
      channels = to;
    }
  }
  x = n.b.op("GlobalAveragePool", [n.relu6(n.conv(x, 320, 1280, 1))]);
  const flat = n.b.op("Flatten", [x], { axis: attr.int(1) });
  return n.classes(n.b.op("Gemm", [flat, n.weights([1280, 1000])]));
}

/** Eleven 3 × 3 convolutions over 512 channels: 104 MB of raw float32 in an ordinary chain. */
export function largeNetwork(): Graph {
  const n = new Network();
  let x = n.relu(n.conv(image(n.b, 32), 3, 512, 3, { stride: 4, pad: 1 }));
  for (let i = 0; i < 11; i++) x = n.relu(n.conv(x, 512, 512, 3, { pad: 1 }));
  const flat = n.b.op("Flatten", [n.b.op("GlobalAveragePool", [x])], { axis: attr.int(1) });
  return n.classes(n.b.op("Gemm", [flat, n.weights([512, 10])]));
}

/** ResNet-18 (He et al. 2016), batch normalisation folded. */
export function resNet18(): Graph {
  const n = new Network();
  let x = n.relu(n.conv(image(n.b), 3, 64, 7, { stride: 2, pad: 3 }));
  x = n.b.op("MaxPool", [x], { kernel_shape: attr.ints([3, 3]), strides: attr.ints([2, 2]), pads: attr.ints([1, 1, 1, 1]) }, "pool");
  let channels = 64;
  for (const to of [64, 128, 256, 512]) {
    for (let i = 0; i < 2; i++) {
      const stride = i === 0 && to !== 64 ? 2 : 1;
      const inner = n.conv(n.relu(n.conv(x, channels, to, 3, { stride, pad: 1 })), to, to, 3, { pad: 1 });
      const shortcut = stride === 1 ? x : n.conv(x, channels, to, 1, { stride });
      x = n.relu(n.b.add(inner, shortcut, "residual"));
      channels = to;
    }
  }
  const flat = n.b.op("Flatten", [n.b.op("GlobalAveragePool", [x])], { axis: attr.int(1) });
  return n.classes(n.b.op("Gemm", [flat, n.weights([512, 1000])]));
}
