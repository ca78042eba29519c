import { float32, gridColumns, type Tensor } from "@vitrine/core";

/** Maps [n, height, width] tiled into one, zeros between them. */
export function montage(maps: Tensor<"float32">): Tensor<"float32"> {
  const [n, height, width] = maps.shape as [number, number, number];
  const gap = Math.max(1, Math.round(Math.min(height, width) / 8));
  const columns = gridColumns(n);
  const across = columns * (width + gap) - gap;
  const down = Math.ceil(n / columns) * (height + gap) - gap;
  const data = new Float32Array(down * across);
  for (let i = 0; i < n; i++) {
    const top = Math.floor(i / columns) * (height + gap);
    const left = (i % columns) * (width + gap);
    for (let y = 0; y < height; y++) data.set(maps.data.subarray((i * height + y) * width, (i * height + y + 1) * width), (top + y) * across + left);
  }
  return float32([down, across], data);
}

/** Pictures [height, width, 3] of one size tiled into one of RGBA bytes, nothing between them. */
export function pictureMontage(pictures: readonly Tensor<"uint8">[]): Tensor<"uint8"> {
  const [height, width] = pictures[0]!.shape as [number, number, number];
  const columns = gridColumns(pictures.length);
  const across = columns * (width + 1) - 1;
  const down = Math.ceil(pictures.length / columns) * (height + 1) - 1;
  const data = new Uint8Array(down * across * 4);
  pictures.forEach((picture, i) => {
    const top = Math.floor(i / columns) * (height + 1);
    const left = (i % columns) * (width + 1);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const to = 4 * ((top + y) * across + left + x);
        const from = 3 * (y * width + x);
        data.set([picture.data[from]!, picture.data[from + 1]!, picture.data[from + 2]!, 255], to);
      }
    }
  });
  return { dtype: "uint8", shape: [down, across, 4], data };
}
