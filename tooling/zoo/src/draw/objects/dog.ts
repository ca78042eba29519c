import { darker, INK, lighter, WHITE, type Colour } from '../colour.js';
import { BRIGHT, FUR, standOut } from '../palette.js';
import { blob, circle, clip, ellipse, gradient, limb, path, stroke, type Kit, type Point, type Svg } from '../svg.js';
import type { ObjectArtist } from '../types.js';

interface Coat {
  readonly fur: Colour;
  readonly far: Colour;
  readonly ear: Colour;
  readonly muzzle: Colour;
  readonly collar: Colour;
  readonly patch: Colour | undefined;
}

/** Hanging ears, a long muzzle with a dark nose, a tail that is glad: what tells a dog from a cat by shape alone. */
export const dog: ObjectArtist = (kit, behind) => {
  const { rng } = kit;
  const fur = standOut(rng, FUR, behind);
  const patch = rng.chance(0.45) ? (fur[0] > 0.7 ? darker(fur, rng.range(0.25, 0.4)) : lighter(fur, 0.3)) : undefined;
  const coat: Coat = {
    fur,
    patch,
    far: darker(fur, 0.09),
    ear: patch ?? darker(fur, rng.range(0.1, 0.2)),
    muzzle: rng.chance(0.5) ? lighter(fur, 0.12) : fur,
    collar: standOut(rng, BRIGHT, [fur]),
  };
  return rng.chance(0.28) ? sitting(kit, coat) : standing(kit, coat);
};

/** The head in profile, looking right, with its centre at (0, 0). */
function head({ rng, ...kit }: Kit, { fur, ear, muzzle }: Coat): Svg {
  const long = rng.range(15, 21);
  const skull = blob([[-12, 1], [-9, -10], [1, -13], [10, -8], [13, 2], [6, 10], [-5, 11]]);
  const snout = blob([[4, -6], [13, -4.5], [8 + long * 0.7, -2.5], [10 + long * 0.9, 1.5], [7 + long * 0.8, 7], [12, 9], [3, 9]]);
  const drop = rng.range(15, 22);
  const flap = rng.range(-3, 5);
  const ears = blob([[-8, -11], [-1, -10], [0, -2], [-3 + flap * 0.5, drop * 0.55], [-8 + flap, drop], [-14 + flap, drop * 0.7], [-14, -3]]);
  const tongue = rng.chance(0.45) ? ellipse(9 + long * 0.45, 11, 2.6, 4.6, [0.68, 0.15, 15]) : '';
  return (
    tongue +
    path(skull, gradient({ rng, ...kit }, [lighter(fur, 0.05), fur])) +
    path(snout, gradient({ rng, ...kit }, [muzzle, darker(muzzle, 0.07)])) +
    stroke(`M${8 + long * 0.8},6 Q${10 + long * 0.2},8.5 9,5.5`, darker(fur, 0.25), 1) +
    ellipse(9 + long * 0.9, -1, 3.3, 2.8, INK) +
    circle(8 + long * 0.88, -1.9, 0.8, WHITE, { opacity: 0.7 }) +
    circle(5.5, -4.2, 2.2, INK) +
    circle(6.2, -4.9, 0.75, WHITE) +
    path(ears, gradient({ rng, ...kit }, [ear, darker(ear, 0.07)]))
  );
}

function standing(kit: Kit, coat: Coat) {
  const { rng } = kit;
  const leg = rng.range(20, 32);
  const run = rng.chance(0.4) ? rng.range(0.6, 1) : rng.range(0, 0.35);
  const belly = -leg;
  const top = belly - rng.range(23, 27);
  const body = blob([[-34, top + 7], [-22, top], [0, top + 2.5], [22, top - 2], [33, top + 8], [30, belly - 3], [14, belly + 2], [-6, belly - 2], [-24, belly - 1], [-35, belly - 9]]);
  const paw = (x: number, y: number, c: Colour): Svg => ellipse(x + 3, y - 2.6, 5.6, 3, c);
  const foreleg = (x: number, swing: number, c: Colour): Svg => {
    const foot: Point = [x + swing * 20, swing > 0.5 ? -5 : -3];
    return limb([x, belly - 8], [x + swing * 6 + 1, belly * 0.45], foot, 12, 7, c) + paw(foot[0], foot[1] + 2.6, c);
  };
  const hindleg = (x: number, swing: number, c: Colour): Svg => {
    const foot: Point = [x + swing * 20 - 1, swing < -0.5 ? -5 : -3];
    const hock: Point = [x - 7 + swing * 15, belly * 0.42];
    return limb([x, belly - 8], [x + 6, belly * 0.75], hock, 17, 8, c) + limb(hock, [hock[0], hock[1] * 0.6], foot, 8, 6.5, c) + paw(foot[0], foot[1] + 2.6, c);
  };
  const stride = run * rng.pick([-1, 1]);
  const up = rng.range(-4, 9);
  const [hx, hy]: Point = [41, top - 9 - up];
  const wag = rng.range(-8, 8);
  const tail = limb([-31, top + 6], [-47, top + 2], [-47 + wag, top - rng.range(10, 24)], 8, 3.5, coat.fur);
  const markings = coat.patch
    ? clip(kit, body, ellipse(rng.range(-22, 8), top + rng.range(0, 10), rng.range(9, 17), rng.range(8, 13), coat.patch) + ellipse(-34, top + 6, 10, 12, coat.patch))
    : '';
  const art =
    foreleg(20, -stride, coat.far) +
    hindleg(-23, stride, coat.far) +
    tail +
    path(body, gradient(kit, [lighter(coat.fur, 0.05), coat.fur, darker(coat.fur, 0.08)])) +
    markings +
    hindleg(-26, -stride, coat.fur) +
    foreleg(25, stride, coat.fur) +
    limb([25, top + 11], [32, top + 4], [hx - 4, hy + 3], 23, 15, coat.fur) +
    limb([27, top + 2], [31, top + 4], [37.5, top + 8], 4, 4, coat.collar) +
    `<g transform="translate(${hx} ${hy}) rotate(${rng.range(-14, 12).toFixed(1)})">${head(kit, coat)}</g>`;
  return { art, height: -hy + 13 };
}

function sitting(kit: Kit, coat: Coat) {
  const { rng } = kit;
  const tall = rng.range(50, 58);
  const body = blob([[-28, -5], [-30, -18], [-18, -36], [-4, -tall], [13, -tall + 2], [22, -34], [19, -12], [16, -2], [-14, -1]]);
  const chest = blob([[8, -tall + 6], [20, -36], [18, -16], [11, -12], [9, -30]]);
  const wag = rng.range(-6, 8);
  const art =
    limb([-24, -6], [-44, -3], [-48, -16 - wag], 8, 3.5, coat.far) +
    limb([10, -30], [10, -16], [11, -4], 11, 7.5, coat.far) +
    ellipse(14, -2.8, 5.6, 3, coat.far) +
    path(body, gradient(kit, [lighter(coat.fur, 0.05), darker(coat.fur, 0.05)])) +
    (coat.patch ? clip(kit, body, ellipse(-20, -30, 13, 16, coat.patch)) : '') +
    path(chest, lighter(coat.fur, 0.12), { opacity: 0.8 }) +
    limb([17, -32], [18, -16], [19, -4], 11, 7.5, coat.fur) +
    ellipse(22, -2.8, 6, 3.1, coat.fur) +
    ellipse(-12, -14, 16, 13, gradient(kit, [lighter(coat.fur, 0.06), darker(coat.fur, 0.03)])) +
    ellipse(0, -3, 9, 3.4, coat.fur) +
    stroke('M-20,-3 Q-6,-1 -2,-12', darker(coat.fur, 0.14), 1, { opacity: 0.6 }) +
    limb([-3, -tall + 4], [6, -tall + 7], [14, -tall + 3], 4, 4, coat.collar) +
    `<g transform="translate(7 ${(-tall - 9).toFixed(1)}) rotate(${rng.range(-12, 8).toFixed(1)}) scale(1.08)">${head(kit, coat)}</g>`;
  return { art, height: tall + 22 };
}
