import { darker, lighter, mix, WHITE, type Colour } from '../colour.js';
import { circle, gradient, limb, path, polygon, rect, stroke, type Kit, type Svg } from '../svg.js';
import type { SceneArtist } from '../types.js';
import { hills, SIDE, spots, stone } from './parts.js';

const CORAL: readonly Colour[] = [[0.7, 0.16, 20], [0.68, 0.15, 350], [0.76, 0.14, 65], [0.6, 0.14, 310], [0.8, 0.11, 90]];

/** Under water: rays from above, weed, coral on a sandy floor, bubbles. */
export const reef: SceneArtist = (kit) => {
  const { rng } = kit;
  const deep: Colour = [rng.range(0.42, 0.56), rng.range(0.075, 0.1), rng.range(195, 225)];
  const light = lighter(deep, rng.range(0.2, 0.28));
  const floor = rng.range(98, 116);
  const sand = mix([0.78, 0.06, 85], deep, 0.42);
  let back = rect(-2, -2, SIDE + 4, SIDE + 4, gradient(kit, [light, mix(light, deep, 0.6), deep, darker(deep, 0.06)]));
  for (let i = rng.int(2, 5); i > 0; i--) {
    const [x, w, slant] = [rng.range(-10, 130), rng.range(5, 14), rng.range(-30, 30)];
    back += polygon([[x, -2], [x + w, -2], [x + w * 2.6 + slant, 120], [x + slant, 120]], WHITE, { opacity: rng.range(0.06, 0.13) });
  }
  back += hills(kit, floor - rng.range(10, 26), 9, mix(darker(deep, 0.05), light, 0.12));
  back += hills(kit, floor, 4, sand);
  for (const [x, y] of spots(kit, 26, floor + 6)) back += circle(x, y, rng.range(0.5, 1.2), darker(sand, 0.1));
  for (const [x, y] of spots(kit, rng.int(1, 4), floor + 2, SIDE)) back += coral(kit, x, y, rng.range(9, 18), mix(rng.pick(CORAL), deep, 0.15));
  for (const [x, y] of spots(kit, rng.int(0, 3), floor + 4, SIDE)) back += stone(kit, x, y, rng.range(4, 9), mix([0.6, 0.02, 250], deep, 0.4));
  for (let i = rng.int(2, 6); i > 0; i--) back += weed(kit, rng.range(-2, 130), floor + rng.range(2, 20), rng.range(22, 62), [rng.range(0.5, 0.62), 0.1, rng.range(140, 170)]);
  for (let i = rng.int(5, 20); i > 0; i--) back += bubble(rng.range(0, SIDE), rng.range(0, floor), rng.range(0.8, 3));
  return {
    back,
    front: (foot) => {
      let art = '';
      if (rng.chance(0.35)) art += weed(kit, foot.x + rng.pick([-0.5, 0.5]) * foot.width, SIDE + 4, SIDE - foot.y + rng.range(8, 22), [0.55, 0.1, 150]);
      for (let i = rng.int(0, 4); i > 0; i--) art += bubble(foot.x + rng.range(-0.7, 0.7) * foot.width, foot.y - rng.range(0, 50), rng.range(0.8, 2));
      return art;
    },
    tones: [mix(light, deep, 0.6), deep, light],
    stance: 'float',
    horizon: 0,
  };
};

const bubble = (x: number, y: number, r: number): Svg =>
  circle(x, y, r, WHITE, { opacity: 0.22 }) + circle(x, y, r, 'none', { stroke: '#ffffff', 'stroke-width': 0.5, 'stroke-opacity': 0.7 }) + circle(x - r * 0.35, y - r * 0.35, r * 0.28, WHITE, { opacity: 0.8 });

function weed({ rng }: Kit, x: number, y: number, tall: number, colour: Colour): Svg {
  const sway = rng.range(4, 8) * rng.pick([-1, 1]);
  const q = tall / 4;
  const d = `M${x.toFixed(1)},${y.toFixed(1)}q${sway.toFixed(1)},${(-q / 2).toFixed(1)} 0,${(-q).toFixed(1)}` + `t0,${(-q).toFixed(1)}`.repeat(3);
  return stroke(d, darker(colour, 0.06), 4.2) + stroke(d, lighter(colour, 0.04), 1.5);
}

function coral(kit: Kit, x: number, y: number, size: number, colour: Colour): Svg {
  const { rng } = kit;
  if (rng.chance(0.4)) {
    const d = `M${x - size * 0.7},${y}Q${x - size * 0.75},${y - size * 0.9} ${x},${y - size * 0.9}T${x + size * 0.7},${y}Z`;
    return path(d, gradient(kit, [lighter(colour, 0.05), darker(colour, 0.05)])) + [-0.4, 0, 0.4].map((k) => stroke(`M${x + k * size},${y - 1}q${-k * 4},${-size * 0.35} 0,${-size * 0.6}`, darker(colour, 0.1), 1.2)).join('');
  }
  let art = '';
  for (const [lean, tall] of [[-0.7, 0.8], [0, 1.15], [0.65, 0.75]] as const) {
    const tip = [x + lean * size, y - tall * size] as const;
    art += limb([x, y], [x + lean * size * 0.2, y - size * 0.5], tip, 5, 3.2, colour) + limb([x + lean * size * 0.45, y - tall * size * 0.5], [x + lean * size * 0.5 + 3, y - tall * size * 0.6], [tip[0] + 5, tip[1] + 3], 3.4, 2.4, lighter(colour, 0.04));
  }
  return art;
}
