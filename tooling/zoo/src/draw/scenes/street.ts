import { darker, lighter, mix, WHITE, type Colour } from '../colour.js';
import { circle, ellipse, gradient, path, polygon, rect, stroke, type Kit, type Svg } from '../svg.js';
import type { SceneArtist } from '../types.js';
import { SIDE, sky, spots, weather } from './parts.js';

/** Asphalt with lane marks, a kerb, towers behind, lamps and cones. No pitched roof here: that would be a house. */
export const street: SceneArtist = (kit) => {
  const { rng } = kit;
  const air = weather(kit);
  const asphalt: Colour = [rng.range(0.45, 0.56), rng.range(0.008, 0.018), rng.range(240, 290)];
  const pavement: Colour = [rng.range(0.74, 0.82), 0.014, rng.range(60, 100)];
  const horizon = rng.range(46, 60);
  const kerb = horizon + rng.range(8, 16);
  let back = sky(kit, horizon, air, rng.int(0, 2));
  back += skyline(kit, horizon, mix([0.62, 0.035, 270], air.low, 0.55), 0.12);
  back += skyline(kit, horizon, mix([0.55, rng.range(0.03, 0.06), rng.pick([30, 60, 250, 280])], air.low, 0.22), 0.9);
  back += rect(-2, horizon, SIDE + 4, kerb - horizon + 1, gradient(kit, [darker(pavement, 0.05), pavement]));
  for (let x = rng.range(-8, 0); x < SIDE + 10; x += 13) back += stroke(`M${64 + (x - 64) * 0.94},${horizon}L${x},${kerb}`, darker(pavement, 0.1), 0.7);
  back += rect(-2, kerb, SIDE + 4, 3, lighter(pavement, 0.06)) + rect(-2, kerb + 2.4, SIDE + 4, 1.6, darker(pavement, 0.22));
  back += rect(-2, kerb + 4, SIDE + 4, SIDE, gradient(kit, [lighter(asphalt, 0.02), asphalt, darker(asphalt, 0.05)]));
  for (const [x, y] of spots(kit, 70, kerb + 6)) back += circle(x, y, rng.range(0.3, 0.8), rng.chance(0.5) ? lighter(asphalt, 0.1) : darker(asphalt, 0.08));
  back += marks(kit, kerb, rng.chance(0.25) ? [0.85, 0.15, 90] : WHITE);
  for (let i = rng.int(1, 2); i > 0; i--) back += lamp(rng.range(4, 124), kerb + 1, rng.range(40, 54));
  if (rng.chance(0.35)) back += hydrant(rng.range(6, 122), kerb + 1);
  if (rng.chance(0.4)) back += cone(rng.range(6, 122), rng.range(kerb + 8, 124), rng.range(0.8, 1.3));
  return {
    back,
    front: (foot) => (rng.chance(0.2) ? cone(foot.x + rng.pick([-0.6, 0.6]) * foot.width, foot.y + 5, rng.range(0.9, 1.3)) : ''),
    tones: [asphalt, mix(asphalt, pavement, 0.5)],
    stance: 'stand',
    horizon: kerb + 6,
    shadow: darker(asphalt, 0.17),
  };
};

function skyline({ rng }: Kit, y: number, colour: Colour, windows: number): Svg {
  let art = '';
  for (let x = -4; x < SIDE; ) {
    const [w, h] = [rng.range(10, 22), rng.range(16, 42)];
    const tone = lighter(colour, rng.range(-0.04, 0.04));
    art += rect(x, y - h, w + 0.5, h + 1, tone);
    if (rng.chance(windows)) for (let wy = y - h + 4; wy < y - 6; wy += 5) for (let wx = x + 2.5; wx < x + w - 3; wx += 4.4) art += rect(wx, wy, 2.2, 2.6, rng.chance(0.25) ? [0.9, 0.1, 92] : darker(tone, 0.1));
    x += w;
  }
  return art;
}

function marks({ rng }: Kit, kerb: number, colour: Colour): Svg {
  const middle = kerb + rng.range(22, 40);
  let art = '';
  if (rng.chance(0.25)) {
    const x0 = rng.range(0, 70);
    for (let i = 0; i < 6; i++) art += polygon([[x0 + i * 11, kerb + 7], [x0 + i * 11 + 6, kerb + 7], [x0 + i * 14 - 7, 130], [x0 + i * 14 - 16, 130]], colour, { opacity: 0.85 });
    return art;
  }
  for (let x = rng.range(-20, 0); x < SIDE; x += 30) art += polygon([[x + 1, middle], [x + 17, middle], [x + 16, middle + 3.4], [x - 1, middle + 3.4]], colour, { opacity: 0.9 });
  return art + rect(-2, kerb + 6.5, SIDE + 4, 1.3, colour, { opacity: 0.6 });
}

function lamp(x: number, y: number, tall: number): Svg {
  const iron: Colour = [0.36, 0.015, 250];
  return stroke(`M${x},${y}V${y - tall}q0,-5 8,-5`, iron, 2) + rect(x - 2, y - 5, 4, 5, iron) + path(`M${x + 6},${y - tall - 6}h8l2,4h-12Z`, iron) + ellipse(x + 10, y - tall - 1.6, 4.4, 1.6, [0.95, 0.1, 95]);
}

function hydrant(x: number, y: number): Svg {
  const red: Colour = [0.6, 0.2, 28];
  return rect(x - 2.6, y - 9, 5.2, 9, red, { rx: 1 }) + ellipse(x, y - 9, 3, 2.4, darker(red, 0.06)) + rect(x - 4.4, y - 6.6, 8.8, 2.6, darker(red, 0.1), { rx: 1.2 }) + rect(x - 3.4, y - 1.6, 6.8, 1.8, darker(red, 0.12));
}

function cone(x: number, y: number, s: number): Svg {
  const orange: Colour = [0.7, 0.18, 48];
  return rect(x - 5 * s, y - 1.6 * s, 10 * s, 2 * s, darker(orange, 0.1), { rx: 0.8 }) + polygon([[x - 3.6 * s, y - 1.6 * s], [x - 1 * s, y - 12 * s], [x + 1 * s, y - 12 * s], [x + 3.6 * s, y - 1.6 * s]], orange) + polygon([[x - 2.5 * s, y - 6 * s], [x - 1.7 * s, y - 9 * s], [x + 1.7 * s, y - 9 * s], [x + 2.5 * s, y - 6 * s]], WHITE);
}
