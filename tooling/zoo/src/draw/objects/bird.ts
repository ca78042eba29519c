import { darker, INK, lighter, mix, WHITE, type Colour } from '../colour.js';
import { BRIGHT, standOut } from '../palette.js';
import { blob, circle, ellipse, gradient, limb, path, polygon, stroke, type Kit, type Point, type Svg } from '../svg.js';
import type { ObjectArtist } from '../types.js';

interface Plumage {
  readonly back: Colour;
  readonly belly: Colour;
  readonly wing: Colour;
  readonly beak: Colour;
  readonly crest: boolean;
}

/** A beak, wings of layered feathers, a fan of a tail, thin legs. */
export const bird: ObjectArtist = (kit, behind, stance) => {
  const { rng } = kit;
  const back = standOut(rng, [...BRIGHT, [0.45, 0.05, 60]], behind);
  const plumage: Plumage = {
    back,
    belly: rng.chance(0.6) ? mix(back, WHITE, 0.7) : standOut(rng, BRIGHT, [back, ...behind]),
    wing: back[0] > 0.85 ? darker(back, 0.25) : darker(back, rng.range(0.08, 0.15)),
    beak: rng.pick<Colour>([[0.78, 0.16, 70], [0.7, 0.18, 50], [0.4, 0.03, 60]]),
    crest: rng.chance(0.3),
  };
  // A bird may fly anywhere, and seldom stands on air.
  return rng.chance(stance === 'float' ? 0.85 : 0.35) ? flying(kit, plumage) : perching(kit, plumage);
};

/** Head in profile, centre (0, 0), looking right. */
function head(kit: Kit, { back, belly, beak, crest }: Plumage): Svg {
  const { rng } = kit;
  const long = rng.range(11, 17);
  return (
    (crest ? [-8, 0, 8].map((a) => limb([-3, -9], [-6 + a * 0.3, -16], [-10 + a, -20], 4, 1.5, back)).join('') : '') +
    polygon([[9, -4.5], [10 + long, 1.5], [9, 1.6]], beak) +
    polygon([[9, 1], [8 + long * 0.85, 1.6], [9, 5]], darker(beak, 0.1)) +
    circle(0, 0, 12, gradient(kit, [lighter(back, 0.05), back])) +
    ellipse(5, 4.5, 6, 5.5, belly) +
    circle(5, -2.5, 3.2, WHITE) +
    circle(5.6, -2.5, 2, INK) +
    circle(6.3, -3.2, 0.7, WHITE)
  );
}

/** A spread wing, its shoulder at (0, 0), pointing up: feathers hang from an arm, the outer ones reach farthest. */
function wing(length: number, sweep: number, colour: Colour): Svg {
  const wrist: Point = [-sweep * 0.5, -length * 0.52];
  const count = 8;
  let art = '';
  for (let i = 0; i < count; i++) {
    const t = i / (count - 1);
    const root: Point = [wrist[0] * t, wrist[1] * t];
    const angle = ((172 + (88 + 18 - sweep * 0.6) * t) * Math.PI) / 180;
    const reach = length * (0.5 + 0.12 * Math.sin(t * Math.PI));
    const tip: Point = [root[0] + Math.cos(angle) * reach, root[1] + Math.sin(angle) * reach];
    const bend: Point = [(root[0] + tip[0]) / 2 + 2, (root[1] + tip[1]) / 2 - 4];
    art += limb(root, bend, tip, 13, 6.5, darker(colour, i % 2 ? 0.02 : 0.07));
  }
  const coverts = blob([[7, 4], [5, -14], [wrist[0] + 6, wrist[1] - 2], [wrist[0] - 3, wrist[1] - 8], [wrist[0] - 12, wrist[1] + 4], [-15, -6], [-9, 5]]);
  return art + path(coverts, lighter(colour, 0.06));
}

function perching(kit: Kit, plumage: Plumage) {
  const { rng } = kit;
  const { back, belly, beak } = plumage;
  const leg = rng.range(9, 17);
  const lean = rng.range(-14, 12);
  const step = rng.range(2, 6);
  const legAt = (x: number): Svg =>
    stroke(`M${x},${-leg - 4} L${x + 1},-1 M${x - 4},-1 L${x + 7},-1`, darker(beak, 0.06), 2.6);
  const body = blob([[-26, -6], [-20, -20], [0, -27], [18, -26], [26, -12], [20, 5], [2, 13], [-14, 7]]);
  const folded = blob([[-34, 3], [-24, -10], [-6, -18], [10, -13], [11, -3], [0, 5], [-14, 5]]);
  const bodyArt =
    [-7, 0, 7].map((a) => limb([-20, -3], [-34, 1], [-48, 4 + a], 9, 6, darker(plumage.wing, a > 0 ? 0.06 : 0))).join('') +
    path(body, gradient(kit, [back, mix(back, belly, 0.6), belly])) +
    ellipse(10, 1, 12, 10, belly) +
    path(folded, gradient(kit, [plumage.wing, darker(plumage.wing, 0.08)])) +
    stroke('M-26,0 Q-10,0 4,-7 M-20,4 Q-8,4 2,-1', lighter(plumage.wing, 0.12), 1.5) +
    `<g transform="translate(22 -27) rotate(${(-lean).toFixed(1)}) scale(1.12)">${head(kit, plumage)}</g>`;
  const art = legAt(-3) + legAt(-3 + step + 4) + `<g transform="translate(0 ${(-leg - 12).toFixed(1)}) rotate(${lean.toFixed(1)})">${bodyArt}</g>`;
  return { art, height: leg + 54 };
}

function flying(kit: Kit, plumage: Plumage) {
  const { rng } = kit;
  const { back, belly } = plumage;
  const length = rng.range(54, 64);
  const sweep = rng.range(10, 34);
  const down = rng.chance(0.3) ? -0.85 : 1;
  const tilt = rng.range(-14, 16);
  const body = blob([[-30, 2], [-14, -9], [8, -12], [26, -8], [30, 2], [18, 11], [-2, 12], [-20, 8]]);
  const tail = [-13, -4, 5, 13].map((a) => limb([-22, 2], [-36, 2 + a * 0.3], [-49, 3 + a], 9, 6.5, darker(plumage.wing, a > 0 ? 0.05 : 0))).join('');
  const spread = (x: number, turn: number, size: number, colour: Colour): Svg =>
    `<g transform="translate(${x} -4) rotate(${turn.toFixed(1)}) scale(${size} ${(down * size).toFixed(2)})">${wing(length, sweep, colour)}</g>`;
  const art =
    spread(11, tilt + 24 * down, 0.86, darker(plumage.wing, 0.1)) +
    tail +
    path(body, gradient(kit, [back, belly])) +
    `<g transform="translate(30 -7)">${head(kit, plumage)}</g>` +
    spread(3, tilt - 4, 1, plumage.wing);
  const [y, height] = down > 0 ? [-16, 72] : [-length * 0.7, length * 0.7 + 20];
  return { art: `<g transform="translate(0 ${y.toFixed(1)})">${art}</g>`, height };
}
