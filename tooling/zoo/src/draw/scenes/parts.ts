import { darker, lighter, mix, WHITE, type Colour } from '../colour.js';
import { blob, circle, ellipse, gradient, group, path, polygon, rect, stroke, type Kit, type Point, type Svg } from '../svg.js';

/** Side of a scene, in its own units. */
export const SIDE = 128;

export interface Weather {
  readonly high: Colour;
  readonly low: Colour;
  readonly sun: Colour | undefined;
}

const SKIES: readonly (readonly [Colour, Colour])[] = [
  [[0.7, 0.11, 240], [0.92, 0.035, 225]],
  [[0.76, 0.09, 230], [0.94, 0.03, 200]],
  [[0.66, 0.09, 260], [0.9, 0.07, 60]],
  [[0.72, 0.08, 300], [0.91, 0.08, 45]],
  [[0.8, 0.03, 240], [0.93, 0.012, 230]],
  [[0.6, 0.1, 250], [0.86, 0.05, 225]],
];

export function weather({ rng }: Kit): Weather {
  const [high, low] = rng.pick(SKIES);
  return { high, low, sun: rng.chance(0.45) ? rng.pick<Colour>([[0.95, 0.09, 95], [0.97, 0.04, 90], [0.85, 0.14, 65]]) : undefined };
}

/** A sky down to `bottom`, often with a sun and clouds. */
export function sky(kit: Kit, bottom: number, air: Weather, clouds = kit.rng.int(0, 4)): Svg {
  const { rng } = kit;
  let art = rect(-2, -2, SIDE + 4, bottom + 4, gradient(kit, [air.high, mix(air.high, air.low, 0.55), air.low]));
  if (air.sun) {
    const [x, y, r] = [rng.range(8, 120), rng.range(6, Math.max(14, bottom * 0.7)), rng.range(6, 11)];
    art += circle(x, y, r * 1.9, air.sun, { opacity: 0.22 }) + circle(x, y, r * 1.4, air.sun, { opacity: 0.3 }) + circle(x, y, r, air.sun);
  }
  for (let i = 0; i < clouds; i++) art += cloud(kit, rng.range(-4, 132), rng.range(3, bottom * 0.8), rng.range(0.35, 0.9), air);
  return art;
}

/** A heap of discs with a flat foot and a shaded underside. */
export function cloud({ rng }: Kit, x: number, y: number, scale: number, air: Weather): Svg {
  const top = mix(WHITE, air.low, 0.1);
  const under = mix(air.low, air.high, 0.22);
  const puffs: Point[] = [];
  const count = rng.int(3, 5);
  for (let i = 0; i < count; i++) puffs.push([(i - (count - 1) / 2) * 9 + rng.range(-2, 2), rng.range(6, 10) * (1 - Math.abs(i - (count - 1) / 2) * 0.18)]);
  const heap = (dy: number, colour: Colour): Svg => puffs.map(([px, r]) => circle(px, -r * 0.6 + dy, r, colour)).join('');
  const half = count * 4.5 + 4;
  const foot = (dy: number, colour: Colour): Svg => rect(-half, -7 + dy, 2 * half, 7.5, colour, { rx: 3.7 });
  return group(heap(1.8, under) + foot(1.8, under) + heap(0, top) + foot(0, top), {
    transform: `translate(${x.toFixed(1)} ${y.toFixed(1)}) scale(${scale.toFixed(2)})`,
    opacity: rng.range(0.8, 1),
  });
}

/** A ridge of hills whose top is about `y`, filled to the bottom of the picture. */
export function hills(kit: Kit, y: number, swing: number, colour: Colour, bumps = kit.rng.int(2, 5)): Svg {
  const points: Point[] = [[-12, y]];
  for (let i = 0; i <= bumps; i++) points.push([(i / bumps) * SIDE, y + kit.rng.range(-swing, swing)]);
  points.push([SIDE + 12, y]);
  return path(`${blob(points, false)}L${SIDE + 12},${SIDE + 4}L-12,${SIDE + 4}Z`, gradient(kit, [lighter(colour, 0.03), colour, darker(colour, 0.05)]));
}

export function peaks(kit: Kit, y: number, colour: Colour, cap: Colour | undefined): Svg {
  const { rng } = kit;
  let art = '';
  for (let i = rng.int(2, 4); i > 0; i--) {
    const [x, h, w] = [rng.range(0, SIDE), rng.range(14, 32), rng.range(24, 42)];
    const top: Point = [x, y - h];
    art += polygon([[x - w, y + 4], top, [x + w, y + 4]], colour) + polygon([top, [x + w, y + 4], [x + w * 0.1, y + 4]], darker(colour, 0.05));
    if (cap) art += polygon([top, [x + w * 0.3, y - h * 0.7], [x + w * 0.1, y - h * 0.62], [x - w * 0.02, y - h * 0.72], [x - w * 0.14, y - h * 0.6], [x - w * 0.3, y - h * 0.7]], cap);
  }
  return art;
}

export function stone({ rng }: Kit, x: number, y: number, size: number, colour: Colour = [0.66, 0.015, 250]): Svg {
  const d = blob([[x - size, y], [x - size * 0.8, y - size * 0.6], [x - size * 0.1, y - size * rng.range(0.8, 1.1)], [x + size * 0.8, y - size * 0.5], [x + size, y]]);
  return path(d, darker(colour, 0.08)) + path(blob([[x - size * 0.8, y - size * 0.2], [x - size * 0.6, y - size * 0.62], [x, y - size * 0.85], [x + size * 0.5, y - size * 0.5], [x, y - size * 0.3]]), colour);
}

/** A low round bush: clutter of about the size of an object's part. */
export function bush({ rng }: Kit, x: number, y: number, size: number, colour: Colour): Svg {
  let art = '';
  for (const [dx, r] of [[-0.75, 0.55], [0.75, 0.5], [-0.1, 0.8]] as const) art += circle(x + dx * size, y - r * size * 0.55, r * size * rng.range(0.85, 1.05), dx < 0 ? darker(colour, 0.05) : colour);
  return art + ellipse(x, y, size * 1.2, size * 0.22, darker(colour, 0.08)) + circle(x - size * 0.25, y - size * 0.65, size * 0.38, lighter(colour, 0.06), { opacity: 0.7 });
}

/** A tuft of curved blades. */
export function tuft({ rng }: Kit, x: number, y: number, size: number, colour: Colour, blades = 4): Svg {
  let d = '';
  for (let i = 0; i < blades; i++) {
    const lean = (i - (blades - 1) / 2) * size * 0.32 + rng.range(-1, 1);
    d += `M${(x + lean * 0.3).toFixed(1)},${y.toFixed(1)}q${(lean * 0.2).toFixed(1)},${(-size * 0.6).toFixed(1)} ${lean.toFixed(1)},${(-size * rng.range(0.75, 1.1)).toFixed(1)}`;
  }
  return stroke(d, colour, Math.max(0.8, size * 0.16));
}

export function flower({ rng }: Kit, x: number, y: number, size: number, petal: Colour): Svg {
  let art = stroke(`M${x.toFixed(1)},${(y + size * 1.6).toFixed(1)}L${x.toFixed(1)},${y.toFixed(1)}`, [0.5, 0.11, 140], 0.8);
  const spin = rng.range(0, 72);
  for (let i = 0; i < 5; i++) {
    const angle = ((spin + i * 72) * Math.PI) / 180;
    art += circle(x + Math.cos(angle) * size * 0.55, y + Math.sin(angle) * size * 0.55, size * 0.45, petal);
  }
  return art + circle(x, y, size * 0.4, petal[0] > 0.9 ? [0.83, 0.16, 85] : WHITE);
}

/** Places for clutter on the ground, from far to near, so that near things overlap far ones. */
export function spots({ rng }: Kit, count: number, top: number, bottom = SIDE + 2): Point[] {
  return Array.from({ length: count }, (): Point => [rng.range(-2, SIDE + 2), top + (bottom - top) * rng.next() ** 0.8]).sort((a, b) => a[1] - b[1]);
}
