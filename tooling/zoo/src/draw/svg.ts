import { css, type Colour } from './colour.js';
import type { Rng } from './rng.js';

/** SVG is written as plain strings: a scene is a few hundred shapes, and a string can be read, saved and compared. */
export type Svg = string;
export type Paint = Colour | string;
export type Point = readonly [x: number, y: number];

/** What an artist draws with: random numbers, and gradients collected for the document's head. */
export interface Kit {
  readonly rng: Rng;
  /** Definitions that the document needs; gradients land here. */
  readonly defs: Svg[];
}

/** Two decimals are far below a pixel, and keep the text free of the last bits of sin and cos. */
export const n = (x: number): string => String(Math.round(x * 100) / 100);
const paint = (p: Paint): string => (typeof p === 'string' ? p : css(p));

export type Attributes = Readonly<Record<string, string | number>>;
const write = (attributes: Attributes = {}): string =>
  Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? n(value) : value}"`)
    .join('');

export const ellipse = (x: number, y: number, rx: number, ry: number, fill: Paint, more?: Attributes): Svg =>
  `<ellipse cx="${n(x)}" cy="${n(y)}" rx="${n(rx)}" ry="${n(ry)}" fill="${paint(fill)}"${write(more)}/>`;
export const circle = (x: number, y: number, r: number, fill: Paint, more?: Attributes): Svg => ellipse(x, y, r, r, fill, more);
export const rect = (x: number, y: number, w: number, h: number, fill: Paint, more?: Attributes): Svg =>
  `<rect x="${n(x)}" y="${n(y)}" width="${n(w)}" height="${n(h)}" fill="${paint(fill)}"${write(more)}/>`;
export const path = (d: string, fill: Paint, more?: Attributes): Svg => `<path d="${d}" fill="${paint(fill)}"${write(more)}/>`;
export const stroke = (d: string, colour: Paint, width: number, more?: Attributes): Svg =>
  `<path d="${d}" fill="none" stroke="${paint(colour)}" stroke-width="${n(width)}" stroke-linecap="round" stroke-linejoin="round"${write(more)}/>`;
export const polygon = (points: readonly Point[], fill: Paint, more?: Attributes): Svg => path(`${through(points)}Z`, fill, more);
export const through = (points: readonly Point[]): string => points.map(([x, y], i) => `${i ? 'L' : 'M'}${n(x)},${n(y)}`).join('');

export const group = (content: Svg, attributes: Attributes): Svg => `<g${write(attributes)}>${content}</g>`;
export const at = (x: number, y: number, content: Svg, { scale = 1, turn = 0, flip = false } = {}): Svg =>
  group(content, { transform: `translate(${n(x)} ${n(y)}) rotate(${n(turn)}) scale(${n(flip ? -scale : scale)} ${n(scale)})` });

/** A gradient along a direction of the shape's own box: by default from its top to its bottom. */
export function gradient(kit: Kit, stops: readonly Paint[], direction: readonly [number, number, number, number] = [0, 0, 0, 1]): string {
  const id = `g${kit.defs.length}`;
  const [x1, y1, x2, y2] = direction;
  const list = stops.map((stop, i) => `<stop offset="${n(i / (stops.length - 1))}" stop-color="${paint(stop)}"/>`).join('');
  kit.defs.push(`<linearGradient id="${id}" x1="${n(x1)}" y1="${n(y1)}" x2="${n(x2)}" y2="${n(y2)}">${list}</linearGradient>`);
  return `url(#${id})`;
}

/** Draws `content` only where the path `d` is: stripes on a cat stay on the cat. */
export function clip(kit: Kit, d: string, content: Svg): Svg {
  const id = `c${kit.defs.length}`;
  kit.defs.push(`<clipPath id="${id}"><path d="${d}"/></clipPath>`);
  return group(content, { 'clip-path': `url(#${id})` });
}

/** A smooth closed outline through points (Catmull-Rom as cubic Béziers). */
export function blob(points: readonly Point[], closed = true): string {
  const count = points.length;
  const p = (i: number): Point => (closed ? points[(i + count) % count]! : points[Math.min(count - 1, Math.max(0, i))]!);
  let d = `M${n(p(0)[0])},${n(p(0)[1])}`;
  for (let i = 0; i < (closed ? count : count - 1); i++) {
    const [a, b, c, e] = [p(i - 1), p(i), p(i + 1), p(i + 2)];
    d += `C${n(b[0] + (c[0] - a[0]) / 6)},${n(b[1] + (c[1] - a[1]) / 6)} ${n(c[0] - (e[0] - b[0]) / 6)},${n(c[1] - (e[1] - b[1]) / 6)} ${n(c[0])},${n(c[1])}`;
  }
  return closed ? `${d}Z` : d;
}

/** A limb: a quadratic curve whose width goes from `w0` to `w1`, with round ends. Legs, necks and tails are made of it. */
export function limb(from: Point, bend: Point, to: Point, w0: number, w1: number, fill: Paint): Svg {
  const left: Point[] = [];
  const right: Point[] = [];
  const steps = 10;
  for (let i = 0; i <= steps; i++) {
    const t = i / steps;
    const u = 1 - t;
    const x = u * u * from[0] + 2 * u * t * bend[0] + t * t * to[0];
    const y = u * u * from[1] + 2 * u * t * bend[1] + t * t * to[1];
    const dx = u * (bend[0] - from[0]) + t * (to[0] - bend[0]);
    const dy = u * (bend[1] - from[1]) + t * (to[1] - bend[1]);
    const half = (w0 + (w1 - w0) * t) / 2 / (Math.hypot(dx, dy) || 1);
    left.push([x - dy * half, y + dx * half]);
    right.unshift([x + dy * half, y - dx * half]);
  }
  return (
    polygon([...left, ...right], fill) + circle(from[0], from[1], w0 / 2, fill) + circle(to[0], to[1], w1 / 2, fill)
  );
}
