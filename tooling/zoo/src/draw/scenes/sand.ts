import { darker, lighter, mix, WHITE, type Colour } from '../colour.js';
import { circle, ellipse, gradient, path, polygon, rect, stroke, type Kit, type Svg } from '../svg.js';
import type { SceneArtist } from '../types.js';
import { hills, SIDE, sky, spots, stone, weather } from './parts.js';

/** A beach: a strip of sea, ripples in the sand, shells, a parasol, a ball. */
export const sand: SceneArtist = (kit) => {
  const { rng } = kit;
  const air = weather(kit);
  const beige: Colour = [rng.range(0.84, 0.9), rng.range(0.05, 0.075), rng.range(72, 86)];
  const horizon = rng.range(32, 52);
  const shore = horizon + rng.range(6, 13);
  const sea: Colour = [0.66, 0.1, rng.range(200, 235)];
  let back = sky(kit, horizon + 2, air);
  if (rng.chance(0.4)) back += hills(kit, horizon - 2, 3, mix([0.55, 0.05, 230], air.low, 0.5));
  back += rect(-2, horizon, SIDE + 4, shore - horizon + 8, gradient(kit, [darker(sea, 0.06), lighter(sea, 0.1)]));
  back += hills(kit, shore + 2.5, 1.5, mix(WHITE, sea, 0.15)) + hills(kit, shore + 5, 1.5, darker(beige, 0.07));
  back += rect(-2, shore + 9, SIDE + 4, SIDE, gradient(kit, [darker(beige, 0.05), beige, darker(beige, 0.04)]));
  for (const [x, y] of spots(kit, 34, shore + 10)) {
    const w = 4 + ((y - shore) / SIDE) * 22;
    back += stroke(`M${(x - w).toFixed(1)},${y.toFixed(1)}q${(w * 0.5).toFixed(1)},${(-w * 0.16).toFixed(1)} ${w.toFixed(1)},0t${w.toFixed(1)},0`, darker(beige, rng.range(0.05, 0.09)), 0.9);
  }
  for (const [x, y] of spots(kit, 60, shore + 9)) back += circle(x, y, rng.range(0.3, 0.8), rng.chance(0.5) ? darker(beige, 0.14) : lighter(beige, 0.06));
  if (rng.chance(0.4)) back += parasol(rng.range(8, 120), rng.range(shore + 16, shore + 34), rng.range(0.8, 1.15), rng.range(0, 360));
  for (const [x, y] of spots(kit, rng.int(0, 4), shore + 14)) back += rng.pick([star, shell, shell])(kit, x, y, rng.range(2.5, 4.5));
  for (const [x, y] of spots(kit, rng.int(0, 2), shore + 10)) back += stone(kit, x, y, rng.range(3, 6), [0.66, 0.03, 60]);
  if (rng.chance(0.3)) back += beachBall(rng.range(8, 120), rng.range(shore + 18, 120), rng.range(4.5, 7.5), rng.range(0, 90));
  return {
    back,
    front: (foot) => Array.from({ length: 5 }, () => ellipse(foot.x + rng.range(-0.5, 0.5) * foot.width, foot.y + 2, rng.range(4, 9), 1.6, beige)).join(''),
    tones: [beige, darker(beige, 0.05)],
    stance: 'stand',
    horizon: shore + 14,
    shadow: darker(beige, 0.2),
  };
};

function parasol(x: number, y: number, s: number, hue: number): Svg {
  const base: Colour = [0.68, 0.16, hue];
  const top = y - 36 * s;
  const rim = y - 22 * s;
  return (
    stroke(`M${x},${y}L${x},${top}`, [0.6, 0.05, 70], 1.7) +
    path(`M${x - 20 * s},${rim}Q${x - 14 * s},${top - 2} ${x},${top}Q${x + 14 * s},${top - 2} ${x + 20 * s},${rim}Q${x + 13 * s},${rim - 3} ${x + 7 * s},${rim}Q${x},${rim - 3} ${x - 7 * s},${rim}Q${x - 13 * s},${rim - 3} ${x - 20 * s},${rim}Z`, base) +
    path(`M${x - 7 * s},${rim}Q${x - 5 * s},${top + 4} ${x},${top}Q${x + 5 * s},${top + 4} ${x + 7 * s},${rim}Q${x},${rim - 3} ${x - 7 * s},${rim}Z`, mix(WHITE, base, 0.08)) +
    ellipse(x, y, 6 * s, 1.4, darker(base, 0.3), { opacity: 0.2 })
  );
}

function star({ rng }: Kit, x: number, y: number, r: number): Svg {
  const spin = rng.range(0, 72);
  const points = Array.from({ length: 10 }, (_, i) => {
    const angle = ((spin + i * 36) * Math.PI) / 180;
    const reach = i % 2 ? r * 0.45 : r * 1.2;
    return [x + Math.cos(angle) * reach, y + Math.sin(angle) * reach * 0.7] as const;
  });
  return polygon(points, [0.7, 0.15, 45]);
}

function shell(_: Kit, x: number, y: number, r: number): Svg {
  return path(`M${x},${y}L${x - r},${y - r * 0.8}Q${x},${y - r * 1.8} ${x + r},${y - r * 0.8}Z`, [0.9, 0.05, 30]) + stroke(`M${x},${y - 0.5}L${x - r * 0.5},${y - r}M${x},${y - 0.5}L${x},${y - r * 1.2}M${x},${y - 0.5}L${x + r * 0.5},${y - r}`, [0.75, 0.08, 25], 0.6);
}

function beachBall(x: number, y: number, r: number, turn: number): Svg {
  const hues: readonly Colour[] = [[0.63, 0.2, 28], WHITE, [0.6, 0.15, 255], WHITE, [0.85, 0.15, 90], WHITE];
  const slices = hues.map((hue, i) => {
    const [a, b] = [((turn + i * 60) * Math.PI) / 180, ((turn + i * 60 + 60) * Math.PI) / 180];
    return path(`M${x},${y}L${x + r * Math.cos(a)},${y + r * Math.sin(a)}A${r},${r} 0 0 1 ${x + r * Math.cos(b)},${y + r * Math.sin(b)}Z`, hue);
  });
  return ellipse(x, y + r * 0.95, r, r * 0.25, [0.4, 0.04, 70], { opacity: 0.3 }) + slices.join('') + circle(x, y, r * 0.2, WHITE);
}
