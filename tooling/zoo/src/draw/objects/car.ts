import { darker, lighter, mix, WHITE, type Colour } from '../colour.js';
import { BRIGHT, standOut } from '../palette.js';
import { blob, circle, clip, ellipse, gradient, path, rect, stroke, type Kit, type Svg } from '../svg.js';
import type { ObjectArtist } from '../types.js';

interface Shape {
  /** Where the windscreen starts and ends, and where the rear window starts and ends (x). */
  readonly bonnet: number;
  readonly front: number;
  readonly rear: number;
  readonly boot: number;
  readonly roof: number;
  readonly waist: number;
}

/** Two wheels, a cabin of glass on a long body, lamps at both ends; a saloon, a hatchback, a beetle or a van. */
export const car: ObjectArtist = (kit, behind) => {
  const { rng } = kit;
  const paint = standOut(rng, BRIGHT, behind);
  const waist = rng.range(26, 30);
  const shape = rng.pick<Shape>([
    { bonnet: 27, front: 12, rear: -20, boot: -35, roof: waist + 18, waist },
    { bonnet: 27, front: 10, rear: -34, boot: -44, roof: waist + 19, waist },
    { bonnet: 30, front: 12, rear: -16, boot: -42, roof: waist + 21, waist: waist - 1 },
    { bonnet: 38, front: 29, rear: -43, boot: -47, roof: waist + 24, waist: waist + 2 },
  ]);
  const wheel = rng.range(10.5, 13);
  return { art: side(kit, paint, shape, wheel), height: shape.roof };
};

function side(kit: Kit, paint: Colour, s: Shape, wheel: number): Svg {
  const { rng } = kit;
  const sill = -9;
  const glass: Colour = rng.pick<Colour>([[0.82, 0.05, 225], [0.7, 0.05, 235], [0.36, 0.03, 250]]);
  const cabin = blob([[s.bonnet + 1, -s.waist + 2], [s.front + 2, -s.roof + 2.5], [(s.front + s.rear) / 2, -s.roof], [s.rear, -s.roof + 2.5], [s.boot, -s.waist + 2], [(s.front + s.rear) / 2, -s.waist + 5]]);
  const windows = blob([[s.bonnet - 4, -s.waist - 0.5], [s.front, -s.roof + 6.5], [(s.front + s.rear) / 2, -s.roof + 4.2], [s.rear + 2.5, -s.roof + 6.5], [s.boot + 6, -s.waist - 0.5], [(s.front + s.rear) / 2, -s.waist]]);
  const body = `M-50,${sill} Q-52,${-s.waist + 3} -44,${-s.waist} L${s.bonnet},${-s.waist - 1} Q48,${-s.waist + 2} 50,-18 L51,${sill} Q50,-6 46,-6 L-46,-6 Q-50,-6 -50,${sill}Z`;
  const pillar = (s.front + s.rear) / 2 - rng.range(0, 5);
  const hub = rng.pick<Colour>([[0.85, 0.01, 250], [0.72, 0.01, 250]]);
  const spin = rng.range(0, 72);
  const wheelAt = (x: number): Svg =>
    circle(x, -wheel, wheel + 2.2, darker(paint, 0.22)) +
    circle(x, -wheel, wheel, [0.25, 0.012, 270]) +
    circle(x, -wheel, wheel * 0.56, hub) +
    [0, 72, 144, 216, 288]
      .map((a) => {
        const r = ((a + spin) * Math.PI) / 180;
        return circle(x + Math.cos(r) * wheel * 0.34, -wheel + Math.sin(r) * wheel * 0.34, wheel * 0.12, [0.45, 0.01, 250]);
      })
      .join('') +
    circle(x, -wheel, wheel * 0.13, [0.45, 0.01, 250]);
  return (
    path(cabin, gradient(kit, [lighter(paint, 0.08), paint])) +
    clip(kit, windows, rect(-60, -70, 120, 70, gradient(kit, [lighter(glass, 0.08), glass])) + stroke(`M${s.front - 2},${-s.roof} l-14,${s.roof - s.waist + 4}`, WHITE, 3.5, { opacity: 0.35 }) + rect(pillar, -70, 3.4, 70, paint)) +
    path(body, gradient(kit, [lighter(paint, 0.07), paint, darker(paint, 0.12)])) +
    stroke(`M${pillar + 1.7},${-s.waist + 1} L${pillar + 1},-11 M${s.bonnet - 3},${-s.waist + 1} Q${s.bonnet - 2},-14 ${s.bonnet - 6},-11`, darker(paint, 0.16), 1.1) +
    stroke(`M-46,-19 L47,-18`, rng.chance(0.35) ? WHITE : darker(paint, 0.08), 1.5, { opacity: 0.8 }) +
    rect(pillar + 5, -s.waist + 4.5, 5.5, 1.8, darker(paint, 0.25), { rx: 0.9 }) +
    rect(-51, -11, 103, 4.6, mix(paint, [0.4, 0.01, 260], 0.8), { rx: 2.3 }) +
    ellipse(46.5, -20.5, 3.6, 3.4, [0.95, 0.08, 95]) +
    rect(-50.3, -24, 4, 6.5, [0.6, 0.2, 27], { rx: 1.4 }) +
    wheelAt(-29) +
    wheelAt(31)
  );
}
