import { decode } from "fast-png";

export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly at: (x: number, y: number) => number[];
  /** How many different ones, up to a thousand. */
  readonly colours: number;
}

export function decodePng(bytes: Uint8Array): Pixels {
  const { width, height, channels, data } = decode(bytes);
  const at = (x: number, y: number): number[] => Array.from(data.slice(channels * (y * width + x), channels * (y * width + x) + 3));
  const found = new Set<string>();
  for (let i = 0; i < width * height && found.size < 1000; i++) found.add(data.slice(channels * i, channels * i + 3).join());
  return { width, height, at, colours: found.size };
}
