import { darker, INK, lighter, mix, WHITE, type Colour } from '../colour.js';
import { BRIGHT, standOut } from '../palette.js';
import { blob, circle, clip, ellipse, gradient, path, stroke, type Kit, type Svg } from '../svg.js';
import type { ObjectArtist } from '../types.js';

/** An almond with fins and a forked tail, a gill and a round eye. */
export const fish: ObjectArtist = (kit, behind) => {
  const { rng } = kit;
  const base = standOut(rng, BRIGHT, behind);
  const mark = standOut(rng, BRIGHT, [base, ...behind], 0.25);
  const fin = rng.chance(0.5) ? mark : darker(base, 0.1);
  const half = rng.range(18, 29);
  const bend = rng.range(-6, 6);
  const fork = rng.range(17, 25);

  const body = blob([[47, 1], [38, -half * 0.55], [18, -half * 0.98], [-6, -half * 0.85], [-26, -half * 0.3 + bend * 0.6], [-31, bend], [-26, half * 0.3 + bend * 0.6], [-6, half * 0.85], [18, half], [38, half * 0.6]]);
  const tail = blob([[-26, bend], [-38, bend - fork * 0.75], [-52, bend - fork], [-46, bend - 3], [-44, bend + 1], [-53, bend + fork], [-38, bend + fork * 0.7]]);
  const ray = rng.range(9, 16);
  const dorsal = blob([[26, -half * 0.8], [12, -half - ray], [-8, -half - ray * 0.7], [-22, -half * 0.35 + bend * 0.4], [-6, -half * 0.7]]);
  const anal = blob([[4, half * 0.8], [-8, half + ray * 0.7], [-20, half * 0.7 + ray * 0.5], [-22, half * 0.3]]);
  const flap = rng.range(-6, 10);

  const art =
    path(tail, gradient(kit, [lighter(fin, 0.04), darker(fin, 0.06)], [0, 0, 1, 0])) +
    stroke(`M-34,${bend} L-48,${bend - fork * 0.7} M-34,${bend} L-48,${bend + fork * 0.7} M-34,${bend - 1} L-44,${bend - 5}`, darker(fin, 0.15), 1, { opacity: 0.6 }) +
    path(dorsal, fin) +
    path(anal, darker(fin, 0.05)) +
    path(body, gradient(kit, [darker(base, 0.07), base, mix(base, WHITE, 0.5)])) +
    clip(kit, body, pattern(kit, base, mark, half)) +
    stroke(`M24,${-half * 0.62} Q16,0 24,${half * 0.66}`, darker(base, 0.2), 1.8, { opacity: 0.75 }) +
    path(blob([[10, 3], [2, 1], [-12, 8 + flap], [-8, 14 + flap], [6, 9]]), darker(fin, 0.04)) +
    circle(34, -half * 0.22, 5.4, WHITE) +
    circle(35, -half * 0.22, 3.2, INK) +
    circle(36.2, -half * 0.22 - 1.3, 1.1, WHITE) +
    stroke(`M46.5,3 Q42,${half * 0.22 + 3} 38,${half * 0.2 + 3}`, darker(base, 0.3), 1.3);
  return { art: `<g transform="translate(0 ${(-half - 8).toFixed(1)})">${art}</g>`, height: 2 * half + 22 };
};

function pattern({ rng }: Kit, base: Colour, mark: Colour, half: number): Svg {
  const kind = rng.pick(['bands', 'scales', 'half', 'spots']);
  let art = '';
  if (kind === 'bands') {
    const light = rng.chance(0.5) ? WHITE : mark;
    for (const x of [14, -4, -21]) art += stroke(`M${x},${-half - 4} Q${x + 7},0 ${x},${half + 4}`, light, rng.range(4, 7.5), { opacity: 0.92 });
  } else if (kind === 'scales') {
    for (let x = -24; x < 22; x += 8)
      for (let y = -half; y < half; y += 7)
        art += stroke(`M${x + ((Math.round((y + half) / 7) % 2) * 4)},${y} q-5,3.5 0,7`, darker(base, 0.14), 1.1, { opacity: 0.7 });
  } else if (kind === 'half') {
    art = ellipse(4, half * 0.95, 44, half * 0.8, mark, { opacity: 0.85 });
  } else {
    for (let i = 0; i < 9; i++) art += circle(rng.range(-26, 18), rng.range(-half * 0.8, half * 0.6), rng.range(1.8, 3.8), mark, { opacity: 0.9 });
  }
  return art;
}
