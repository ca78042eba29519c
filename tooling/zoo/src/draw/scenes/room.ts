import { darker, lighter, mix, WHITE, type Colour } from '../colour.js';
import { circle, ellipse, gradient, group, path, polygon, rect, stroke, type Kit, type Svg } from '../svg.js';
import type { SceneArtist } from '../types.js';
import { SIDE } from './parts.js';

const WALLS: readonly Colour[] = [[0.85, 0.05, 60], [0.86, 0.045, 20], [0.82, 0.05, 160], [0.84, 0.04, 220], [0.87, 0.06, 95], [0.78, 0.05, 300], [0.7, 0.06, 195]];

/** A papered wall and a wooden floor, a window, pictures, a shelf, a rug. */
export const room: SceneArtist = (kit) => {
  const { rng } = kit;
  const wall = rng.pick(WALLS);
  const wood: Colour = [rng.range(0.58, 0.72), rng.range(0.06, 0.09), rng.range(55, 72)];
  const horizon = rng.range(66, 84);
  let back = rect(-2, -2, SIDE + 4, horizon + 4, gradient(kit, [lighter(wall, 0.03), darker(wall, 0.02)])) + paper(kit, wall, horizon);
  const things = rng.int(2, 3);
  const order = rng.chance(0.5) ? [0, 1, 2] : [2, 0, 1];
  for (let i = 0; i < things; i++) {
    const x = 22 + order[i]! * 42 + rng.range(-7, 7);
    const y = rng.range(16, horizon - 40);
    back += rng.pick([windowPane, picture, picture, shelf, clock])(kit, x, y);
  }
  back += rect(-2, horizon - 6, SIDE + 4, 6.5, lighter(wall, 0.09)) + rect(-2, horizon - 6, SIDE + 4, 1, darker(wall, 0.08));
  back += rect(-2, horizon, SIDE + 4, SIDE, gradient(kit, [darker(wood, 0.05), wood, lighter(wood, 0.03)])) + planks(kit, wood, horizon);
  if (rng.chance(0.6)) back += rug(kit, rng.range(30, 98), rng.range(horizon + 16, 116), wood);
  if (rng.chance(0.35)) back += lamp(rng.pick([rng.range(6, 20), rng.range(108, 122)]), horizon + 6, rng.range(52, 64));
  if (rng.chance(0.35)) back += ball(rng.range(8, 120), rng.range(horizon + 8, 122), rng.range(3.5, 6), rng.range(0, 360));
  return { back, front: () => '', tones: [wood, mix(wood, wall, 0.5), wall], stance: 'stand', horizon: horizon + 8, shadow: darker(wood, 0.18) };
};

function paper({ rng }: Kit, wall: Colour, bottom: number): Svg {
  const kind = rng.pick(['stripes', 'dots', 'diamonds']);
  const tint = darker(wall, rng.range(0.035, 0.06));
  const step = rng.range(8, 13);
  let art = '';
  for (let x = 0; x < SIDE + step; x += step) {
    if (kind === 'stripes') art += rect(x, -2, step / 2, bottom, tint);
    else
      for (let y = 4; y < bottom - 8; y += step) {
        const shift = Math.round((y - 4) / step) % 2 ? step / 2 : 0;
        art += kind === 'dots' ? circle(x + shift, y, step * 0.16, tint) : polygon([[x + shift, y - 3], [x + shift + 2.2, y], [x + shift, y + 3], [x + shift - 2.2, y]], tint);
      }
  }
  return art;
}

function planks({ rng }: Kit, wood: Colour, top: number): Svg {
  let art = '';
  let y = top;
  for (let row = 0; y < SIDE + 6; row++) {
    const h = 4 + row * 1.7;
    for (let x = rng.range(-40, 0); x < SIDE; ) {
      const w = rng.range(28, 52);
      art += rect(x, y, w, h, lighter(wood, rng.range(-0.035, 0.035))) + stroke(`M${x},${y}v${h}`, darker(wood, 0.13), 0.6);
      x += w;
    }
    art += stroke(`M-2,${y}H130`, darker(wood, 0.12), 0.7);
    y += h;
  }
  return art;
}

function windowPane(kit: Kit, x: number, y: number): Svg {
  const { rng } = kit;
  const [w, h] = [rng.range(26, 34), rng.range(28, 36)];
  const curtain: Colour = [0.7, 0.1, rng.range(0, 360)];
  const drape = (side: number): Svg => path(`M${x + side * (w / 2 + 6)},${y - 4}L${x + side * w * 0.18},${y - 4}Q${x + side * w * 0.3},${y + h * 0.7} ${x + side * (w / 2 + 2)},${y + h + 2}L${x + side * (w / 2 + 7)},${y + h + 2}Z`, gradient(kit, [lighter(curtain, 0.05), darker(curtain, 0.05)]));
  return (
    rect(x - w / 2 - 2, y - 2, w + 4, h + 4, WHITE) +
    rect(x - w / 2, y, w, h, gradient(kit, [[0.74, 0.09, 235], [0.92, 0.04, 215]])) +
    ellipse(x - 3, y + h * 0.55, 6, 2.6, WHITE, { opacity: 0.8 }) +
    stroke(`M${x},${y}v${h}M${x - w / 2},${y + h / 2}h${w}`, WHITE, 1.6) +
    drape(-1) + drape(1) +
    stroke(`M${x - w / 2 - 9},${y - 4}h${w + 18}`, [0.45, 0.06, 60], 1.8)
  );
}

/** Framed abstract art: shapes only, nothing that the network has a name for. */
function picture({ rng }: Kit, x: number, y: number): Svg {
  const [w, h] = [rng.range(14, 24), rng.range(14, 24)];
  const hue = rng.range(0, 360);
  return (
    rect(x - w / 2 - 2, y - 2, w + 4, h + 4, rng.pick<Colour>([[0.42, 0.06, 55], [0.75, 0.1, 85], [0.3, 0.01, 260]])) +
    rect(x - w / 2, y, w, h, [0.92, 0.03, hue]) +
    circle(x + rng.range(-3, 3), y + h * 0.4, w * 0.22, [0.65, 0.15, hue + 40]) +
    rect(x - w / 2, y + h * rng.range(0.6, 0.75), w, h * 0.2, [0.6, 0.11, hue + 180]) +
    rect(x - w * 0.35, y + 2, 2.5, h - 4, [0.8, 0.12, hue + 100])
  );
}

function shelf({ rng }: Kit, x: number, y: number): Svg {
  let art = '';
  for (let bx = x - 15; bx < x + 13; ) {
    const [w, h] = [rng.range(2.5, 4.5), rng.range(9, 15)];
    art += rect(bx, y + 16 - h, w, h, [rng.range(0.5, 0.8), rng.range(0.06, 0.14), rng.range(0, 360)], { rx: 0.5 });
    bx += w + (rng.chance(0.2) ? 4 : 0.3);
  }
  return art + rect(x - 18, y + 16, 36, 2.6, [0.48, 0.07, 58]) + stroke(`M${x - 13},${y + 18}v4M${x + 13},${y + 18}v4`, [0.4, 0.06, 55], 1.6);
}

function clock({ rng }: Kit, x: number, y: number): Svg {
  const r = rng.range(8, 11);
  return circle(x, y + 10, r + 1.8, [0.4, 0.06, rng.range(0, 360)]) + circle(x, y + 10, r, WHITE) + stroke(`M${x},${y + 10}l0,${-r * 0.7}M${x},${y + 10}l${r * 0.45},${r * 0.2}`, [0.3, 0.01, 260], 1.2);
}

function rug({ rng }: Kit, x: number, y: number, wood: Colour): Svg {
  const hue = rng.range(0, 360);
  const [rx, base] = [rng.range(34, 52), mix([0.66, 0.11, hue], wood, 0.1)];
  const ry = rx * 0.26;
  return ellipse(x, y, rx, ry, darker(base, 0.08)) + ellipse(x, y, rx - 3, ry - 1.4, base) + ellipse(x, y, rx * 0.72, ry * 0.7, mix(base, WHITE, 0.55)) + ellipse(x, y, rx * 0.62, ry * 0.58, base);
}

function lamp(x: number, y: number, tall: number): Svg {
  return stroke(`M${x},${y}v${-tall}`, [0.4, 0.03, 70], 1.8) + ellipse(x, y, 7, 2, [0.36, 0.03, 70]) + group(path(`M${x - 6},${y - tall - 8}h12l5,16h-22Z`, [0.92, 0.08, 90]), { opacity: 0.97 });
}

function ball(x: number, y: number, r: number, hue: number): Svg {
  const wool: Colour = [0.65, 0.15, hue];
  return ellipse(x, y + r * 0.9, r, r * 0.25, [0.3, 0.03, 60], { opacity: 0.35 }) + circle(x, y, r, wool) + stroke(`M${x - r * 0.8},${y - r * 0.3}q${r * 0.8},${-r * 0.6} ${r * 1.5},0M${x - r * 0.9},${y + r * 0.2}q${r * 0.8},${-r * 0.7} ${r * 1.8},0M${x - r * 0.5},${y + r * 0.7}q${r * 0.4},${-r * 0.6} ${r * 1.1},0`, darker(wool, 0.12), 0.9);
}
