import { darker, INK, lighter, mix, WHITE, type Colour } from '../colour.js';
import { FUR, standOut } from '../palette.js';
import { blob, circle, clip, ellipse, gradient, limb, path, polygon, stroke, type Kit, type Point, type Svg } from '../svg.js';
import type { ObjectArtist } from '../types.js';

interface Coat {
  readonly fur: Colour;
  readonly far: Colour;
  readonly stripe: Colour | undefined;
  readonly bib: Colour | undefined;
  readonly eye: Colour;
}

/** Pointed ears on a round face that looks at you, whiskers, a long tail that curls: a cat by shape alone. */
export const cat: ObjectArtist = (kit, behind) => {
  const { rng } = kit;
  const fur = standOut(rng, FUR, behind);
  const coat: Coat = {
    fur,
    far: darker(fur, 0.08),
    stripe: rng.chance(0.55) ? (fur[0] < 0.45 ? lighter(fur, 0.13) : darker(fur, 0.15)) : undefined,
    bib: rng.chance(0.5) ? mix(fur, WHITE, 0.85) : undefined,
    eye: rng.pick<Colour>([[0.78, 0.17, 125], [0.82, 0.15, 90], [0.75, 0.1, 220]]),
  };
  const pose = rng.next();
  return pose < 0.4 ? sitting(kit, coat) : pose < 0.78 ? walking(kit, coat) : lying(kit, coat);
};

/** The face from the front, its centre at (0, 0), about 44 wide. */
function face(kit: Kit, { fur, stripe, bib, eye }: Coat): Svg {
  const { rng } = kit;
  const ear = (side: number): Svg => {
    const tip = rng.range(26, 30);
    return (
      polygon([[side * 20, -5], [side * 17, -tip], [side * 3, -14]], fur, { stroke: 'none' }) +
      polygon([[side * 16.5, -10], [side * 15.2, -tip + 5], [side * 7, -14.5]], [0.76, 0.09, 20])
    );
  };
  const outline = blob([[-21, 1], [-17, -11], [-6, -15.5], [6, -15.5], [17, -11], [21, 1], [14, 13], [0, 17], [-14, 13]]);
  const lid = rng.range(3.6, 4.6);
  const look = rng.range(-1, 1);
  const eyeAt = (x: number): Svg =>
    ellipse(x, -2.5, 4.1, lid, eye) + ellipse(x + look, -2.5, rng.range(1.3, 2.2), lid * 0.88, INK) + circle(x + look + 1, -4.2, 0.9, WHITE);
  const whisker = (side: number): Svg =>
    [-3, 0, 3].map((dy) => stroke(`M${side * 9},${6 + dy * 0.4} L${side * 27},${4 + dy * 1.5}`, fur[0] < 0.5 ? WHITE : darker(fur, 0.4), 0.8, { opacity: 0.75 })).join('');
  return (
    ear(-1) +
    ear(1) +
    path(outline, gradient(kit, [lighter(fur, 0.05), fur])) +
    (stripe ? clip(kit, outline, [-5, 0, 5].map((x) => stroke(`M${x * 1.2},-17 L${x * 0.8},-9`, stripe, 2.4)).join('') + stroke('M-23,4 L-15,4 M23,4 L15,4 M-22,9 L-14,8 M22,9 L14,8', stripe, 2)) : '') +
    ellipse(0, 8, 9, 6.5, bib ?? lighter(fur, 0.1)) +
    eyeAt(-9) +
    eyeAt(9) +
    polygon([[-2.6, 3.8], [2.6, 3.8], [0, 6.6]], [0.68, 0.12, 15]) +
    stroke('M0,6.5 L0,8.6 M-4.4,9 Q-2,11.6 0,8.8 Q2,11.6 4.4,9', darker(fur, 0.35), 1) +
    whisker(-1) +
    whisker(1)
  );
}

const placed = (x: number, y: number, turn: number, scale: number, content: Svg): Svg =>
  `<g transform="translate(${x.toFixed(1)} ${y.toFixed(1)}) rotate(${turn.toFixed(1)}) scale(${scale.toFixed(2)})">${content}</g>`;

/** A tail with a curl: two limbs that join smoothly. */
function tail(from: Point, bend: Point, middle: Point, end: Point, { fur, stripe }: Coat): Svg {
  const after: Point = [2 * middle[0] - bend[0], 2 * middle[1] - bend[1]];
  return limb(from, bend, middle, 8.5, 7, fur) + limb(middle, after, end, 7, 5.5, fur) + circle(end[0], end[1], 3.2, stripe ?? fur);
}

function sitting(kit: Kit, coat: Coat) {
  const { rng } = kit;
  const tall = rng.range(50, 60);
  const wide = rng.range(25, 29);
  const body = blob([[-wide, -7], [-wide + 1, -20], [-16, -36], [-11, -tall], [11, -tall], [16, -36], [wide - 1, -20], [wide, -7], [18, 0], [-18, 0]]);
  const curl = rng.range(0, 22);
  const stripes = coat.stripe
    ? clip(kit, body, [-34, -25, -16].map((y) => stroke(`M-34,${y - 4} Q-22,${y} -15,${y + 3} M34,${y - 4} Q22,${y} 15,${y + 3}`, coat.stripe!, 3)).join(''))
    : '';
  const art =
    tail([18, -5], [42, 0], [43, -14 - curl], [33 + curl * 0.3, -32 - curl], coat) +
    path(body, gradient(kit, [coat.fur, darker(coat.fur, 0.07)])) +
    stripes +
    ellipse(0, -36, 9.5, 15, coat.bib ?? lighter(coat.fur, 0.09)) +
    limb([-7, -26], [-7, -12], [-8, -4], 10, 9, coat.fur) +
    limb([7, -26], [7, -12], [8, -4], 10, 9, coat.fur) +
    stroke('M0,-22 L0,-3', darker(coat.fur, 0.16), 1.2) +
    ellipse(-8.5, -3, 7, 3.6, coat.bib ?? lighter(coat.fur, 0.06)) +
    ellipse(8.5, -3, 7, 3.6, coat.bib ?? lighter(coat.fur, 0.06)) +
    placed(rng.range(-3, 3), -tall - 10, rng.range(-12, 12), 1.06, face(kit, coat));
  return { art, height: tall + 40 };
}

function walking(kit: Kit, coat: Coat) {
  const { rng } = kit;
  const leg = rng.range(19, 25);
  const arch = rng.range(0, 9);
  const belly = -leg;
  const top = belly - 21;
  const body = blob([[-34, top + 9], [-25, top + 1], [-4, top - arch], [16, top + 1], [27, top + 6], [28, belly - 3], [12, belly + 1], [-8, belly - 3], [-26, belly], [-35, belly - 8]]);
  const swing = rng.range(-0.9, 0.9);
  const limbAt = (x: number, s: number, c: Colour): Svg =>
    limb([x, belly - 6], [x + s * 3 + (x < 0 ? -3 : 1), belly * 0.5], [x + s * 14, -3], x < 0 ? 14 : 11, 6, c) + ellipse(x + s * 14 + 2.5, -2.8, 5.4, 2.9, coat.bib ?? c);
  const curl = rng.range(-16, 16);
  const stripes = coat.stripe
    ? clip(kit, body, [-26, -15, -4, 7].map((x) => stroke(`M${x},${top - 12} Q${x + 5},${top + 4} ${x + 1},${belly - 9}`, coat.stripe!, 3.4)).join(''))
    : '';
  const hy = top - rng.range(3, 12);
  const art =
    limbAt(16, -swing, coat.far) +
    limbAt(-23, swing, coat.far) +
    tail([-32, top + 7], [-46, top + 4], [-46, top - 13], [-46 + curl, top - rng.range(26, 36)], coat) +
    path(body, gradient(kit, [lighter(coat.fur, 0.04), coat.fur, darker(coat.fur, 0.08)])) +
    stripes +
    limbAt(-27, -swing, coat.fur) +
    limbAt(22, swing, coat.fur) +
    limb([22, top + 8], [27, top + 4], [31, hy + 3], 20, 16, coat.fur) +
    placed(33, hy, rng.range(-12, 12), 0.92, face(kit, coat));
  return { art, height: Math.max(-hy + 26, 36 - top) };
}

function lying(kit: Kit, coat: Coat) {
  const { rng } = kit;
  const back = rng.range(34, 42);
  const body = blob([[-42, -8], [-40, -24], [-24, -back], [2, -back + 1], [26, -30], [36, -14], [34, -2], [-32, -1]]);
  const stripes = coat.stripe
    ? clip(kit, body, [-32, -21, -10, 1].map((x) => stroke(`M${x},${-back - 6} Q${x + 6},${-back + 8} ${x + 2},-16`, coat.stripe!, 3.6)).join(''))
    : '';
  const art =
    path(body, gradient(kit, [lighter(coat.fur, 0.04), darker(coat.fur, 0.08)])) +
    stripes +
    limb([-38, -10], [-46, 0], [-18, -4], 9, 8, coat.far) +
    limb([-18, -4], [-8, -5], [2, -4], 8, 6.5, coat.far) +
    limb([22, -14], [28, -5], [40, -4.5], 13, 8, coat.fur) +
    ellipse(41, -4, 6, 4, coat.bib ?? lighter(coat.fur, 0.06)) +
    placed(25, -back + rng.range(-4, 6), rng.range(-16, 10), 1.02, face(kit, coat));
  return { art, height: back + 30 };
}
