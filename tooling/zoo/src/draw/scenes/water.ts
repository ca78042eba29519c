import { darker, lighter, mix, WHITE, type Colour } from '../colour.js';
import { ellipse, gradient, path, polygon, rect, stroke, type Svg } from '../svg.js';
import type { SceneArtist } from '../types.js';
import { hills, SIDE, sky, spots, stone, weather } from './parts.js';

/** The open sea: rows of waves, a far coast, a buoy, rocks. What is here sits in the water up to its knees. */
export const water: SceneArtist = (kit) => {
  const { rng } = kit;
  const air = weather(kit);
  const blue: Colour = [rng.range(0.54, 0.66), rng.range(0.09, 0.12), rng.range(222, 246)];
  const horizon = rng.range(34, 58);
  let back = sky(kit, horizon + 4, air);
  if (rng.chance(0.5)) back += hills(kit, horizon - 3, 4, mix([0.55, 0.05, 230], air.low, 0.45));
  back += rect(-2, horizon, SIDE + 4, SIDE, gradient(kit, [mix(blue, air.low, 0.45), blue, darker(blue, 0.1)]));
  if (air.sun) {
    const x = rng.range(20, 108);
    for (let y = horizon + 2; y < SIDE; y += 4) back += ellipse(x + rng.range(-4, 4), y, rng.range(3, 7) + (y - horizon) * 0.1, 0.8, air.sun, { opacity: 0.55 });
  }
  for (const [x, y] of spots(kit, 80, horizon + 2)) {
    const size = 2 + ((y - horizon) / (SIDE - horizon)) * 8;
    back += wave(x, y, size, rng.chance(0.45) ? mix(blue, WHITE, rng.range(0.35, 0.75)) : darker(blue, rng.range(0.05, 0.1)));
  }
  if (rng.chance(0.3)) back += buoy(rng.range(6, 122), rng.range(horizon + 8, 110), rng.range(0.7, 1.2));
  for (let i = rng.int(0, 2); i > 0; i--) back += stone(kit, rng.range(0, SIDE), rng.range(horizon + 4, 120), rng.range(3, 8), [0.5, 0.02, 250]);
  return {
    back,
    front: (foot) => {
      const y = foot.y - rng.range(3, 6);
      const half = foot.width * 0.72;
      let d = `M${foot.x - half},${y + 5}`;
      const crests = 6;
      for (let i = 0; i < crests; i++) d += `q${half / crests},${i % 2 ? 3 : -3} ${(2 * half) / crests},0`;
      d += `L${foot.x + half * 0.8},${foot.y + 9}Q${foot.x},${foot.y + 13} ${foot.x - half * 0.8},${foot.y + 9}Z`;
      const body = mix(blue, air.low, Math.max(0, 0.25 - (foot.y - horizon) / 160));
      const foam = stroke(`M${foot.x - half * 0.75},${y + 4.4}q${half * 0.18},-3 ${half * 0.36},0t${half * 0.36},0t${half * 0.36},0t${half * 0.36},0`, mix(body, WHITE, 0.75), 1.8);
      return path(d, gradient(kit, [lighter(body, 0.03), darker(body, 0.03)])) + foam + wave(foot.x - half * 0.4, foot.y + 7, 7, mix(body, WHITE, 0.5)) + wave(foot.x + half * 0.5, foot.y + 8, 6, mix(body, WHITE, 0.4));
    },
    tones: [blue, darker(blue, 0.06)],
    stance: 'swim',
    horizon: horizon + 12,
  };
};

/** Two little crests. */
const wave = (x: number, y: number, size: number, colour: Colour): Svg =>
  stroke(`M${(x - size).toFixed(1)},${y.toFixed(1)}q${(size / 2).toFixed(1)},${(-size * 0.42).toFixed(1)} ${size.toFixed(1)},0t${size.toFixed(1)},0`, colour, 0.5 + size * 0.11);

function buoy(x: number, y: number, s: number): Svg {
  return polygon([[x - 4 * s, y], [x - 2 * s, y - 9 * s], [x + 2 * s, y - 9 * s], [x + 4 * s, y]], [0.63, 0.2, 28]) + rect(x - 3.2 * s, y - 6 * s, 6.4 * s, 2.6 * s, WHITE) + ellipse(x, y, 5 * s, 1.3 * s, mix([0.6, 0.1, 230], WHITE, 0.5));
}
