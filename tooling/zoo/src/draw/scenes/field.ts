import { darker, lighter, mix, type Colour } from '../colour.js';
import { circle, gradient, path, rect, stroke, type Svg } from '../svg.js';
import type { SceneArtist } from '../types.js';
import { flower, hills, SIDE, sky, spots, weather } from './parts.js';

/** A field of ripe wheat with tramlines, straw bales and poppies. */
export const field: SceneArtist = (kit) => {
  const { rng } = kit;
  const air = weather(kit);
  const gold: Colour = [rng.range(0.79, 0.85), rng.range(0.11, 0.14), rng.range(80, 92)];
  const horizon = rng.range(32, 56);
  let back = sky(kit, horizon + 8, air);
  back += hills(kit, horizon - rng.range(3, 10), 6, mix([0.55, 0.06, 250], air.low, 0.45));
  back += hills(kit, horizon - 1, 3, mix([0.62, 0.1, 110], air.low, 0.3));
  back += rect(-2, horizon + 2, SIDE + 4, SIDE, gradient(kit, [mix(gold, air.low, 0.2), gold, darker(gold, 0.07)]));
  const vanish = rng.range(20, 108);
  for (let i = -7; i <= 7; i++) {
    const x = vanish + i * 34 + rng.range(-4, 4);
    back += path(`M${vanish + i * 1.4},${horizon + 2} L${x},132 L${x + 10},132Z`, darker(gold, 0.07), { opacity: 0.55 });
  }
  for (const [x, y] of spots(kit, rng.int(0, 3), horizon + 8, horizon + 26)) back += bale(x, y, rng.range(4.5, 8), darker(gold, 0.04));
  for (const [x, y] of spots(kit, 120, horizon + 6)) back += ear(x, y, 4 + ((y - horizon) / SIDE) * 9, rng.chance(0.5) ? lighter(gold, 0.06) : darker(gold, rng.range(0.08, 0.15)), rng.range(-1.6, 1.6));
  const poppy: Colour = rng.pick<Colour>([[0.62, 0.21, 28], [0.55, 0.15, 262]]);
  for (const [x, y] of spots(kit, rng.int(0, 9), horizon + 10)) back += flower(kit, x, y, 1.5 + ((y - horizon) / SIDE) * 3, poppy);
  return {
    back,
    front: (foot) => {
      let art = '';
      for (let i = 0; i < 18; i++) art += ear(foot.x + rng.range(-0.65, 0.65) * foot.width, foot.y + rng.range(1, 5), rng.range(6, 9), rng.chance(0.5) ? lighter(gold, 0.05) : darker(gold, 0.1), rng.range(-1.6, 1.6));
      return art;
    },
    tones: [gold, darker(gold, 0.08)],
    stance: 'stand',
    horizon: horizon + 12,
    shadow: darker(gold, 0.25),
  };
};

/** A stalk and its ear. */
function ear(x: number, y: number, size: number, colour: Colour, lean: number): Svg {
  const tip = `${(x + lean).toFixed(1)},${(y - size).toFixed(1)}`;
  const neck = `${(x + lean * 0.55).toFixed(1)},${(y - size * 0.55).toFixed(1)}`;
  return stroke(`M${x.toFixed(1)},${y.toFixed(1)}L${neck}`, colour, size * 0.09 + 0.3) + stroke(`M${neck}L${tip}`, colour, size * 0.22 + 0.3);
}

function bale(x: number, y: number, r: number, straw: Colour): Svg {
  return (
    rect(x - r * 0.2, y - 2 * r, r * 1.9, 2 * r, darker(straw, 0.06), { rx: r * 0.7 }) +
    circle(x, y - r, r, lighter(straw, 0.04)) +
    [0.7, 0.42, 0.16].map((k) => stroke(`M${x - r * k},${y - r}a${r * k},${r * k} 0 1 1 ${r * k * 0.6},${r * k * 0.8}`, darker(straw, 0.12), 0.8)).join('')
  );
}
