import { darker, lighter, mix, WHITE, type Colour } from '../colour.js';
import { BRIGHT, standOut } from '../palette.js';
import { circle, gradient, polygon, rect, stroke, type Kit, type Svg } from '../svg.js';
import type { ObjectArtist } from '../types.js';

const WALLS: readonly Colour[] = [
  [0.93, 0.035, 85], [0.85, 0.09, 85], [0.77, 0.09, 45], [0.6, 0.14, 32], [0.8, 0.06, 200], [0.75, 0.08, 145], [0.8, 0.07, 350], [0.6, 0.08, 245], [0.55, 0.07, 55],
];
const ROOFS: readonly Colour[] = [[0.52, 0.15, 32], [0.44, 0.08, 40], [0.42, 0.03, 260], [0.5, 0.09, 240], [0.46, 0.08, 160], [0.6, 0.14, 48]];

/** A pitched roof, a door, windows with crosses, a chimney: from the front, or with one long side. */
export const house: ObjectArtist = (kit, behind) => {
  const { rng } = kit;
  const wall = standOut(rng, WALLS, behind);
  const roof = standOut(rng, ROOFS, [wall, ...behind], 0.16);
  return rng.chance(0.5) ? gable(kit, wall, roof) : long(kit, wall, roof);
};

function windowAt(x: number, y: number, w: number, h: number, lit: boolean, shutter: Colour | undefined): Svg {
  const glass: Colour = lit ? [0.9, 0.12, 92] : [0.72, 0.06, 228];
  return (
    (shutter ? rect(x - 4.6, y - 1, 3.8, h + 2, shutter) + rect(x + w + 0.8, y - 1, 3.8, h + 2, shutter) : '') +
    rect(x - 1.4, y - 1.4, w + 2.8, h + 2.8, WHITE) +
    rect(x, y, w, h, glass) +
    rect(x, y, w, h * 0.4, lighter(glass, 0.07)) +
    stroke(`M${x + w / 2},${y} v${h} M${x},${y + h / 2} h${w}`, WHITE, 1.3) +
    rect(x - 2.4, y + h + 0.8, w + 4.8, 1.8, darker(WHITE, 0.12))
  );
}

function door(x: number, w: number, h: number, colour: Colour): Svg {
  return (
    rect(x - 1.6, -h - 1.6, w + 3.2, h + 1.6, WHITE) +
    rect(x, -h, w, h, colour, { rx: 1 }) +
    rect(x + 2, -h + 2.5, w - 4, h * 0.32, lighter(colour, 0.08)) +
    circle(x + w - 2.6, -h * 0.45, 1.1, [0.88, 0.12, 90]) +
    rect(x - 3, -2, w + 6, 2, [0.7, 0.01, 260])
  );
}

function gable(kit: Kit, wall: Colour, roof: Colour) {
  const { rng } = kit;
  const half = rng.range(34, 40);
  const eave = rng.range(38, 52);
  const top = eave + rng.range(27, 38);
  const lit = rng.chance(0.3);
  const shutter = rng.chance(0.4) ? standOut(rng, BRIGHT, [wall]) : undefined;
  const panel = standOut(rng, BRIGHT, [wall]);
  const side = rng.pick([-1, 1]);
  const chimney = half * 0.5 * side;
  const slope = (top - eave) / (half + 8);
  const chimneyTop = -top + 1;
  const over = 9;
  const art =
    rect(chimney - 5, chimneyTop, 10, top - eave, mix(roof, [0.5, 0.08, 35], 0.6)) +
    rect(chimney - 6.5, chimneyTop - 2, 13, 4, darker(roof, 0.1)) +
    polygon([[-half, 0], [-half, -eave], [0, -top + 2], [half, -eave], [half, 0]], gradient(kit, [lighter(wall, 0.03), wall, darker(wall, 0.06)])) +
    rect(-half, -3.5, 2 * half, 3.5, darker(wall, 0.2)) +
    polygon([[0, -top - 5], [half + over, -eave + over * slope - 4], [half + over - 2, -eave + over * slope + 4], [0, -top + 5]], darker(roof, 0.06)) +
    polygon([[0, -top - 5], [-half - over, -eave + over * slope - 4], [-half - over + 2, -eave + over * slope + 4], [0, -top + 5]], roof) +
    circle(0, -eave - (top - eave) * 0.36, 5.6, WHITE) +
    circle(0, -eave - (top - eave) * 0.36, 4.2, lit ? [0.9, 0.12, 92] : [0.72, 0.06, 228]) +
    door(-7 - side * half * 0.0, 14, 25, panel) +
    windowAt(-half * 0.62 - 6, -eave * 0.62, 12, 13, lit, shutter) +
    windowAt(half * 0.62 - 6, -eave * 0.62, 12, 13, lit, shutter);
  return { art, height: top + 5 };
}

function long(kit: Kit, wall: Colour, roof: Colour) {
  const { rng } = kit;
  const eave = rng.range(34, 44);
  const top = eave + rng.range(24, 34);
  const lit = rng.chance(0.3);
  const shutter = rng.chance(0.35) ? standOut(rng, BRIGHT, [wall]) : undefined;
  const panel = standOut(rng, BRIGHT, [wall]);
  const shade = darker(wall, 0.08);
  const ridge = -26;
  const art =
    rect(18, -top - 9, 10, 18, mix(roof, [0.5, 0.08, 35], 0.6)) +
    rect(16.5, -top - 10, 13, 3.6, darker(roof, 0.1)) +
    polygon([[-46, 0], [-46, -eave], [ridge, -top + 1], [-6, -eave], [-6, 0]], gradient(kit, [lighter(wall, 0.03), wall])) +
    rect(-6, -eave, 50, eave, gradient(kit, [shade, darker(shade, 0.05)])) +
    rect(-46, -3.5, 90, 3.5, darker(wall, 0.2)) +
    polygon([[ridge, -top - 3], [36, -top - 3], [49, -eave + 3], [-3, -eave + 3]], gradient(kit, [lighter(roof, 0.03), darker(roof, 0.05)])) +
    [0.3, 0.62].map((t) => stroke(`M${ridge + 23 * t},${-top - 3 + (top - eave + 6) * t} L${36 + 13 * t},${-top - 3 + (top - eave + 6) * t}`, darker(roof, 0.1), 1.1, { opacity: 0.7 })).join('') +
    stroke(`M-50,${-eave + 4} L${ridge},${-top - 2} L-2,${-eave + 4}`, darker(roof, 0.1), 4.6) +
    door(-33, 13, 24, panel) +
    circle(ridge, -eave - 5, 4.6, WHITE) +
    circle(ridge, -eave - 5, 3.3, lit ? [0.9, 0.12, 92] : [0.72, 0.06, 228]) +
    windowAt(3, -eave * 0.66, 11, 12, lit, shutter) +
    windowAt(25, -eave * 0.66, 11, 12, lit, shutter);
  return { art, height: top + 10 };
}
