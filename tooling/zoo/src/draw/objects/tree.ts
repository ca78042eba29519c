import { darker, lighter, type Colour } from '../colour.js';
import { standOut } from '../palette.js';
import { blob, circle, clip, gradient, limb, path, stroke, type Kit, type Point } from '../svg.js';
import type { ObjectArtist } from '../types.js';

const LEAVES: readonly Colour[] = [
  [0.6, 0.13, 140], [0.5, 0.11, 145], [0.68, 0.14, 128], [0.45, 0.08, 165], [0.7, 0.16, 60], [0.62, 0.18, 38], [0.8, 0.15, 85], [0.82, 0.09, 355],
];
const NEEDLES: readonly Colour[] = [[0.45, 0.09, 155], [0.4, 0.07, 170], [0.55, 0.11, 145], [0.5, 0.06, 195], [0.34, 0.06, 155], [0.64, 0.1, 150]];
const BARK: readonly Colour[] = [[0.42, 0.06, 55], [0.5, 0.07, 60], [0.36, 0.04, 50], [0.85, 0.015, 90]];

/** A trunk that forks and a crown of leaves (round or tall), or the tiers of a fir. */
export const tree: ObjectArtist = (kit, behind) => {
  const { rng } = kit;
  const bark = standOut(rng, BARK, behind, 0.15);
  return rng.chance(0.3) ? fir(kit, standOut(rng, NEEDLES, behind), bark) : leafy(kit, standOut(rng, LEAVES, behind), bark);
};

function leafy(kit: Kit, leaf: Colour, bark: Colour) {
  const { rng } = kit;
  const tall = rng.chance(0.25);
  const trunk = rng.range(26, 36);
  const rx = tall ? rng.range(22, 27) : rng.range(36, 44);
  const ry = tall ? rng.range(40, 46) : rng.range(29, 36);
  const cy = -trunk - ry * 0.78;
  const lean = rng.range(-5, 5);
  const thick = rng.range(10, 14);
  const bumps = 11;
  const crown: Point[] = [];
  const lobes: [number, number, number][] = [];
  for (let i = 0; i < bumps; i++) {
    const angle = (i / bumps) * 2 * Math.PI + rng.range(-0.1, 0.1);
    const reach = rng.range(0.74, 0.84);
    lobes.push([lean + Math.cos(angle) * rx * reach, cy + Math.sin(angle) * ry * reach, rng.range(0.27, 0.36) * Math.min(rx, ry) + 2]);
    crown.push([lean + Math.cos(angle) * rx * 0.8, cy + Math.sin(angle) * ry * 0.8]);
  }
  const shade = darker(leaf, 0.1);
  const light = lighter(leaf, 0.07);
  const fruit = rng.chance(0.3) ? rng.pick<Colour>([[0.6, 0.2, 27], [0.8, 0.16, 75]]) : undefined;
  let inner = '';
  for (let i = 0; i < 9; i++) inner += circle(lean + rng.range(-0.75, 0.55) * rx, cy + rng.range(-0.8, 0.15) * ry, rng.range(5, 10), light, { opacity: 0.75 });
  const disc = lobes.map(([x, y, r]) => circle(x, y, r, shade)).join('') + path(blob(crown), shade);
  const upper = lobes.map(([x, y, r]) => circle(x - 2.5, y - 3.5, r * 0.86, leaf)).join('') + path(blob(crown.map(([x, y]) => [x - 2.5, y - 3.5])), leaf);
  const fruits = fruit ? Array.from({ length: 8 }, () => circle(lean + rng.range(-0.7, 0.7) * rx, cy + rng.range(-0.7, 0.75) * ry, 2.6, fruit)).join('') : '';
  const birch = bark[0] > 0.8 ? [0.25, 0.5, 0.75].map((t) => stroke(`M${-3 + lean * t * 0.5},${-trunk * t} h4`, [0.35, 0.02, 60], 1.4)).join('') : '';
  const art =
    limb([0, -2], [lean * 0.3, -trunk * 0.6], [lean, cy + ry * 0.2], thick * 1.15, thick * 0.65, gradientBark(kit, bark)) +
    limb([lean * 0.5, -trunk * 0.75], [lean + 8, -trunk - 6], [lean + rx * 0.5, cy + ry * 0.2], thick * 0.6, 3, bark) +
    limb([lean * 0.5, -trunk * 0.65], [lean - 8, -trunk - 4], [lean - rx * 0.5, cy + ry * 0.25], thick * 0.6, 3, bark) +
    path(`M${-thick * 0.6},-4 Q${-thick * 0.7},-1 ${-thick * 1.15},0 L${thick * 1.15},0 Q${thick * 0.7},-1 ${thick * 0.6},-4Z`, darker(bark, 0.04)) +
    birch +
    disc +
    upper +
    inner +
    fruits;
  return { art, height: -cy + ry + 6 };
}

const gradientBark = (kit: Kit, bark: Colour): string => gradient(kit, [lighter(bark, 0.04), darker(bark, 0.08)], [0, 0, 1, 0]);

function fir(kit: Kit, leaf: Colour, bark: Colour) {
  const { rng } = kit;
  const tiers = rng.int(3, 4);
  const height = rng.range(92, 104);
  const trunk = rng.range(12, 18);
  const wide = rng.range(32, 38);
  let art = limb([0, -2], [0, -trunk * 0.5], [0, -trunk - 8], 10, 9, gradientBark(kit, bark));
  for (let i = 0; i < tiers; i++) {
    const t = i / tiers;
    const half = wide * (1 - t * 0.72);
    const base = -trunk - (height - trunk) * t * 0.82;
    const tip = i === tiers - 1 ? -height : base - (height - trunk) * 0.42;
    const d = `M0,${tip} Q${half * 0.35},${(base + tip) / 2} ${half},${base - 1} Q${half * 0.6},${base + 3} ${half * 0.45},${base} Q${half * 0.2},${base + 5} 0,${base + 2} Q${-half * 0.25},${base + 5} ${-half * 0.45},${base} Q${-half * 0.65},${base + 3} ${-half},${base - 1} Q${-half * 0.35},${(base + tip) / 2} 0,${tip}Z`;
    art += path(d, gradient(kit, [lighter(leaf, 0.05), darker(leaf, 0.09)]));
    art += clip(kit, d, path(`M0,${tip} L${half},${base + 6} L${half * 0.15},${base + 6}Z`, darker(leaf, 0.1), { opacity: 0.45 }));
  }
  return { art, height };
}
