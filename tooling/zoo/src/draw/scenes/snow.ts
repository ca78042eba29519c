import { darker, lighter, mix, WHITE, type Colour } from '../colour.js';
import { circle, ellipse, gradient, polygon, rect, stroke, type Kit, type Svg } from '../svg.js';
import type { SceneArtist } from '../types.js';
import { hills, peaks, SIDE, sky, spots, stone, weather } from './parts.js';

/** Drifts with blue shade under white peaks, flakes in the air, sometimes a snowman. */
export const snow: SceneArtist = (kit) => {
  const { rng } = kit;
  const air = weather(kit);
  const white: Colour = [rng.range(0.93, 0.965), rng.range(0.012, 0.022), rng.range(220, 255)];
  const shade = darker([white[0], 0.045, 245], 0.1);
  const horizon = rng.range(36, 58);
  let back = sky(kit, horizon + 8, air, rng.int(0, 3));
  back += peaks(kit, horizon + 2, mix([0.6, 0.05, 255], air.low, 0.35), white);
  back += hills(kit, horizon - 2, 4, mix(white, shade, 0.6));
  back += rect(-2, horizon + 5, SIDE + 4, SIDE, gradient(kit, [white, mix(white, shade, 0.25), mix(white, shade, 0.55)]));
  back += hills(kit, rng.range(horizon + 14, horizon + 30), 6, mix(white, shade, 0.18));
  for (const [x, y] of spots(kit, rng.int(8, 16), horizon + 10)) back += ellipse(x, y, rng.range(6, 20), rng.range(0.7, 2), shade, { opacity: rng.range(0.35, 0.7) });
  for (const [x, y] of spots(kit, 30, horizon + 10)) back += circle(x, y, rng.range(0.3, 0.7), rng.chance(0.5) ? WHITE : shade);
  if (rng.chance(0.35)) back += tracks(rng.range(10, 118), rng.range(-30, 30), horizon + 14, shade);
  for (const [x, y] of spots(kit, rng.int(0, 3), horizon + 10)) back += stone(kit, x, y, rng.range(3, 7)) + ellipse(x - 0.5, y - 5, 3.4, 1.5, WHITE);
  if (rng.chance(0.2)) back += snowman(rng.range(8, 120), rng.range(horizon + 16, 108), rng.range(0.7, 1.1), shade);
  const falling = rng.chance(0.75) ? rng.int(18, 60) : 0;
  back += flakes(kit, falling, 0.5, 1.5);
  return {
    back,
    front: (foot) => drift(kit, foot.x, foot.y, foot.width, white, shade) + flakes(kit, Math.round(falling * 0.25), 0.6, 1.5),
    tones: [white, mix(white, shade, 0.4)],
    stance: 'stand',
    horizon: horizon + 12,
    shadow: darker(shade, 0.13),
  };
};

function flakes({ rng }: Kit, count: number, small: number, large: number): Svg {
  let art = '';
  for (let i = 0; i < count; i++) art += circle(rng.range(0, SIDE), rng.range(0, SIDE), rng.range(small, large), WHITE, { opacity: rng.range(0.7, 1) });
  return art;
}

/** Little heaps that the feet have sunk into. */
function drift({ rng }: Kit, x: number, y: number, width: number, white: Colour, shade: Colour): Svg {
  let art = '';
  for (let i = 0; i < 6; i++) {
    const [dx, r] = [rng.range(-0.55, 0.55) * width, rng.range(4, 9)];
    art += ellipse(x + dx, y + 2.2, r, 2, mix(white, shade, 0.3)) + ellipse(x + dx, y + 2.6, r, 1.6, lighter(white, 0.02));
  }
  return art;
}

function tracks(x: number, drift: number, top: number, shade: Colour): Svg {
  let art = '';
  for (let i = 0; i < 9; i++) {
    const t = i / 8;
    art += ellipse(x + drift * t + (i % 2 ? 2 : -2) * (0.5 + t), top + (126 - top) * t, 0.8 + 1.3 * t, 0.5 + 0.8 * t, darker(shade, 0.08));
  }
  return art;
}

function snowman(x: number, y: number, s: number, shade: Colour): Svg {
  const ball = (dy: number, r: number): Svg => circle(x, y - dy * s, r * s, mix(WHITE, shade, 0.45)) + circle(x - 0.8 * s, y - (dy + 0.8) * s, r * s * 0.88, WHITE);
  return (
    ball(6, 7) + ball(15.5, 5) + ball(22.5, 3.8) +
    circle(x - 1.2 * s, y - 23.4 * s, 0.6 * s, [0.25, 0, 0]) + circle(x + 1.4 * s, y - 23.4 * s, 0.6 * s, [0.25, 0, 0]) +
    polygon([[x, y - 22.6 * s], [x + 5 * s, y - 21.8 * s], [x, y - 21.4 * s]], [0.7, 0.17, 50]) +
    stroke(`M${x - 4 * s},${y - 18.9 * s}q${4 * s},${2 * s} ${8 * s},0`, [0.6, 0.19, 28], 1.8 * s) +
    stroke(`M${x - 4.6 * s},${y - 16 * s}l${-5 * s},${-4 * s}M${x + 4.6 * s},${y - 16 * s}l${5 * s},${-4 * s}`, [0.4, 0.05, 55], 0.9 * s)
  );
}
