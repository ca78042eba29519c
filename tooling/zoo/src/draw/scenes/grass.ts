import { darker, lighter, mix, WHITE, type Colour } from '../colour.js';
import { rect, gradient, stroke, type Svg } from '../svg.js';
import type { SceneArtist } from '../types.js';
import { bush, flower, hills, SIDE, sky, spots, stone, tuft, weather } from './parts.js';

const PETALS: readonly Colour[] = [[0.96, 0.02, 90], [0.85, 0.16, 92], [0.7, 0.17, 350], [0.64, 0.15, 300], [0.65, 0.19, 30]];

/** A meadow: hills, blades of grass everywhere, flowers, bushes, now and then a fence. */
export const grass: SceneArtist = (kit) => {
  const { rng } = kit;
  const air = weather(kit);
  const green: Colour = [rng.range(0.62, 0.72), rng.range(0.13, 0.17), rng.range(124, 142)];
  const horizon = rng.range(30, 56);
  let back = sky(kit, horizon + 10, air);
  back += hills(kit, horizon - rng.range(2, 12), 7, mix(darker(green, 0.04), air.low, 0.5));
  back += hills(kit, horizon - 1, 4, mix(darker(green, 0.08), air.low, 0.22));
  back += rect(-2, horizon + 3, SIDE + 4, SIDE, gradient(kit, [mix(green, air.low, 0.12), green, darker(green, 0.07)]));
  if (rng.chance(0.3)) back += fence(rng.range(horizon + 1, horizon + 9), rng.range(8, 12));
  for (let i = rng.int(0, 3); i > 0; i--) back += bush(kit, rng.range(0, SIDE), rng.range(horizon + 4, horizon + 18), rng.range(5, 10), darker(green, rng.range(0.08, 0.16)));
  const petal = rng.pick(PETALS);
  const blooms = rng.int(0, 14);
  for (const [x, y] of spots(kit, 130, horizon + 5)) {
    const near = (y - horizon) / (SIDE - horizon);
    back += tuft(kit, x, y, 3 + near * 7, rng.chance(0.5) ? darker(green, rng.range(0.06, 0.13)) : lighter(green, rng.range(0.03, 0.08)), 3);
  }
  for (const [x, y] of spots(kit, blooms, horizon + 8)) back += flower(kit, x, y, 1.4 + ((y - horizon) / SIDE) * 3, rng.chance(0.7) ? petal : rng.pick(PETALS));
  for (const [x, y] of spots(kit, rng.int(0, 3), horizon + 12)) back += stone(kit, x, y, rng.range(2.5, 6));
  return {
    back,
    front: (foot) => {
      let art = '';
      for (let i = 0; i < 16; i++) art += tuft(kit, foot.x + rng.range(-0.62, 0.62) * foot.width, foot.y + rng.range(1, 5), rng.range(5, 8), rng.chance(0.5) ? darker(green, 0.08) : lighter(green, 0.04), 3);
      return art;
    },
    tones: [green, darker(green, 0.08)],
    stance: 'stand',
    horizon: horizon + 12,
    shadow: darker(green, 0.2),
  };
};

function fence(y: number, tall: number): Svg {
  const wood = mix(WHITE, [0.6, 0.05, 60], 0.12);
  let d = '';
  for (let x = 3; x < SIDE; x += 11) d += `M${x},${y + tall * 0.4}v${-tall}`;
  return stroke(`M-2,${y - tall * 0.35}H130M-2,${y}H130`, darker(wood, 0.08), 1.5) + stroke(d, wood, 2.4);
}
