import { darker, lighter, mix, WHITE, type Colour } from '../colour.js';
import { BRIGHT, standOut } from '../palette.js';
import { circle, gradient, path, polygon, rect, stroke, type Kit, type Svg } from '../svg.js';
import type { ObjectArtist } from '../types.js';

const WOOD: Colour = [0.5, 0.08, 60];

/** A hull with a bow, and either sails on a mast or a cabin with a funnel. */
export const boat: ObjectArtist = (kit, behind) => {
  const { rng } = kit;
  const paint = standOut(rng, [...BRIGHT, WOOD], behind);
  return rng.chance(0.62) ? sailing(kit, paint, behind) : motor(kit, paint);
};

function hull(kit: Kit, paint: Colour, deep: number): Svg {
  const { rng } = kit;
  const trim = paint[0] > 0.8 ? darker(paint, 0.4) : WHITE;
  const d = `M-46,${-deep} Q0,${-deep + 5} 52,${-deep - 5} Q45,${-deep * 0.35} 33,0 L-34,0 Q-44,${-deep * 0.4} -46,${-deep}Z`;
  return (
    path(d, gradient(kit, [lighter(paint, 0.04), darker(paint, 0.1)])) +
    stroke(`M-44.5,${-deep + 3.5} Q0,${-deep + 8} 49,${-deep - 1}`, trim, 2.6) +
    path(`M-42,${-deep * 0.28} L39,${-deep * 0.28} L33,0 L-34,0Z`, darker(paint, 0.18)) +
    (rng.chance(0.4) ? [-22, -6, 10].map((x) => circle(x, -deep * 0.56, 2.3, trim)).join('') : '')
  );
}

function sailing(kit: Kit, paint: Colour, behind: readonly Colour[]) {
  const { rng } = kit;
  const deep = rng.range(17, 22);
  const mast = rng.range(74, 90);
  const sail = standOut(rng, [WHITE, [0.94, 0.03, 85], [0.65, 0.19, 28], [0.83, 0.14, 85], [0.6, 0.12, 245], [0.7, 0.13, 180]], behind, 0.16);
  const belly = rng.range(6, 15);
  const foot = -deep - 5;
  const main = `M-1,${-mast + 3} Q${-30 - belly},${-mast * 0.5} ${-40},${foot - 3} Q-20,${foot + 3} -1,${foot}Z`;
  const jib = `M5,${-mast + 8} Q${24 + belly},${-mast * 0.55} 44,${foot - 4} Q24,${foot + 2} 5,${foot}Z`;
  const stripe = rng.chance(0.4) ? stroke(`M-2,${-mast * 0.5} L${-36},${-mast * 0.36}`, mix(sail, paint, 0.9), 5) : '';
  const art =
    stroke(`M2,${-mast} L2,${-deep + 2}`, WOOD, 3) +
    path(jib, gradient(kit, [darker(sail, 0.02), darker(sail, 0.12)], [0, 0, 1, 0])) +
    path(main, gradient(kit, [darker(sail, 0.09), sail], [0, 0, 1, 0])) +
    stripe +
    stroke(`M-8,${foot - 14} L-33,${foot - 15} M-5,${foot - 32} L-24,${foot - 33}`, darker(sail, 0.12), 0.9, { opacity: 0.7 }) +
    polygon([[2, -mast - 8], [2, -mast], [rng.pick([-12, 14]), -mast - 4]], standOut(rng, BRIGHT, behind)) +
    hull(kit, paint, deep);
  return { art, height: mast + 6 };
}

function motor(kit: Kit, paint: Colour) {
  const { rng } = kit;
  const deep = rng.range(20, 26);
  const high = rng.range(20, 27);
  const cabin: Colour = rng.chance(0.6) ? WHITE : [0.9, 0.05, 85];
  const y = -deep + 3 - high;
  const glass: Colour = [0.78, 0.06, 225];
  const funnel = standOut(rng, BRIGHT, [cabin, paint]);
  const art =
    stroke(`M30,${-deep} L30,${y - 22} M30,${y - 20} L50,${-deep - 5} M30,${y - 20} L2,${y}`, darker(WOOD, 0.1), 1.4) +
    polygon([[30, y - 23], [30, y - 14], [17, y - 18.5]], funnel) +
    rect(-20, y - 15, 11, 17, gradient(kit, [lighter(funnel, 0.06), funnel, darker(funnel, 0.1)], [0, 0, 1, 0])) +
    rect(-20, y - 11, 11, 4, WHITE) +
    rect(-31, y, 46, high + 4, gradient(kit, [cabin, darker(cabin, 0.1)], [0, 0, 1, 0]), { rx: 2 }) +
    rect(-34, y - 2, 53, 4, darker(paint, 0.05), { rx: 2 }) +
    [-26, -12, 2].map((x) => rect(x, y + 6, 9, 8, glass, { rx: 1.5 })).join('') +
    hull(kit, paint, deep);
  return { art, height: -y + 24 };
}
