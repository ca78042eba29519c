import { mix, WHITE, type Colour } from '../colour.js';
import { ellipse, gradient, rect, stroke, type Svg } from '../svg.js';
import type { SceneArtist } from '../types.js';
import { cloud, SIDE, sky as air, weather } from './parts.js';

/** High above the ground: clouds near and far, a sun, now and then a rainbow or a kite's worth of wind. */
export const sky: SceneArtist = (kit) => {
  const { rng } = kit;
  const now = weather(kit);
  let back = air(kit, SIDE, now, 0);
  if (rng.chance(0.18)) back += rainbow(rng.range(10, 118), rng.range(110, 150), rng.range(62, 90));
  for (let i = rng.int(1, 4); i > 0; i--) back += ellipse(rng.range(0, SIDE), rng.range(0, SIDE), rng.range(20, 50), rng.range(1, 3.5), WHITE, { opacity: rng.range(0.2, 0.45) });
  const heaps = Array.from({ length: rng.int(5, 9) }, () => [rng.range(-6, 134), rng.range(6, 130), rng.range(0.5, 1.35)] as const).sort((a, b) => a[2] - b[2]);
  for (const [x, y, scale] of heaps) back += cloud(kit, x, y, scale, now);
  back += rect(-2, 96, SIDE + 4, 36, gradient(kit, [now.low, mix(now.low, WHITE, 0.5)]), { opacity: 0.18 });
  return {
    back,
    front: (foot) => (rng.chance(0.3) ? cloud(kit, foot.x + rng.pick([-0.55, 0.55]) * foot.width, foot.y + rng.range(-2, 4), rng.range(0.4, 0.7), now) : ''),
    tones: [mix(now.high, now.low, 0.5), now.low, WHITE],
    stance: 'float',
    horizon: 0,
  };
};

function rainbow(x: number, y: number, r: number): Svg {
  const hues: readonly Colour[] = [[0.68, 0.17, 28], [0.8, 0.14, 75], [0.86, 0.15, 100], [0.75, 0.15, 150], [0.65, 0.13, 245], [0.6, 0.14, 300]];
  return hues.map((hue, i) => stroke(`M${x - r + i * 2.4},${y}a${r - i * 2.4},${r - i * 2.4} 0 0 1 ${2 * (r - i * 2.4)},0`, hue, 2.6, { opacity: 0.5 })).join('');
}
