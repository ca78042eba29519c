import { WHITE, type Colour } from './colour.js';
import { objectArtists } from './objects/index.js';
import { createRng, type Rng } from './rng.js';
import { sceneArtists } from './scenes/index.js';
import { SIDE } from './scenes/parts.js';
import { at, ellipse, gradient, group, rect, type Kit, type Svg } from './svg.js';
import type { Backdrop, Drawing, ObjectName, SceneName } from './types.js';

export interface SceneRequest {
  readonly seed: string | number;
  readonly object: ObjectName;
  readonly background: SceneName;
  /** Side of the picture in pixels. */
  readonly size: number;
  /** Draws the scene as if the object had just left it. */
  readonly absent?: boolean;
}

export interface Scene extends SceneRequest {
  readonly svg: Svg;
  /** White where the object is seen, black elsewhere; a pixel belongs to the object from half coverage on. */
  readonly maskSvg: Svg;
  /** Standard deviation of the sensor noise that the rasteriser adds, in levels of 255. */
  readonly noise: number;
}

/** One picture, decided by its seed alone: the same request always gives the same drawing. */
export function drawScene(request: SceneRequest): Scene {
  const { seed, object, background, size, absent = false } = request;
  const rng = createRng(`${seed}/${object}/${background}`);
  const kit: Kit = { rng: rng.fork('scene'), defs: [] };
  const backdrop = sceneArtists[background](kit);
  const drawing = objectArtists[object]({ rng: rng.fork('object'), defs: kit.defs }, backdrop.tones, backdrop.stance);
  const place = settle(rng.fork('place'), object, backdrop, drawing);
  const placed = absent ? '' : at(place.x, place.y, drawing.art, place);
  const front = backdrop.front({ x: place.x, y: place.y, width: 100 * place.scale });

  const frame = (body: Svg): Svg =>
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}" viewBox="0 0 ${SIDE} ${SIDE}"><defs>${kit.defs.join('')}</defs>${body}</svg>`;
  const picture = backdrop.back + (absent ? '' : groundShadow(backdrop, place)) + placed + front + light(rng.fork('light'), kit);
  return {
    ...request,
    svg: frame(picture),
    maskSvg: frame(FILTERS + rect(0, 0, SIDE, SIDE, '#000') + group(placed, { filter: 'url(#white)' }) + group(front, { filter: 'url(#black)' })),
    noise: rng.fork('noise').range(0, 4),
  };
}

/** Any drawing becomes a flat silhouette: colour goes, coverage stays. */
const FILTERS = ['white', 'black']
  .map((name) => {
    const level = name === 'white' ? 1 : 0;
    const rows = `0 0 0 0 ${level} `.repeat(3);
    return `<filter id="${name}" filterUnits="userSpaceOnUse" x="0" y="0" width="${SIDE}" height="${SIDE}" color-interpolation-filters="sRGB"><feColorMatrix values="${rows}0 0 0 1 0"/></filter>`;
  })
  .join('');

interface Place {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
  readonly turn: number;
  readonly flip: boolean;
}

/** How much of its 100-wide box each thing fills, so that all of them come out about equally large. */
const SPREAD: Readonly<Record<ObjectName, number>> = { bird: 0.32, boat: 0.39, car: 0.34, cat: 0.35, dog: 0.36, fish: 0.42, house: 0.58, tree: 0.42 };

/** Where the object stands, how large, how tilted; often far from the middle, never cut by the frame by much. */
function settle(rng: Rng, object: ObjectName, { stance, horizon }: Backdrop, { height }: Drawing): Place {
  const share = rng.range(0.12, 0.26);
  const scale = Math.min(1.04, Math.sqrt((share * SIDE * SIDE) / (SPREAD[object] * 1e4)), 118 / height);
  const half = 58 * scale;
  const x = rng.range(Math.min(half, 64), Math.max(SIDE - half, 64));
  const tall = height * scale;
  const turn = stance === 'float' ? rng.range(-20, 20) : stance === 'swim' ? rng.range(-9, 9) : rng.range(-3.5, 3.5);
  const low = 124;
  const high = stance === 'float' ? tall + 4 : Math.min(low - 2, Math.max(horizon, tall + 4));
  return { x, y: rng.range(high, low), scale, turn, flip: rng.chance(0.5) };
}

function groundShadow({ shadow, stance }: Backdrop, { x, y, scale }: Place): Svg {
  if (stance !== 'stand' || !shadow) return '';
  return ellipse(x + 3 * scale, y - 0.5, 50 * scale, 5.5 * scale, shadow, { opacity: 0.4 }) + ellipse(x, y - 0.5, 40 * scale, 3.6 * scale, shadow, { opacity: 0.5 });
}

/** The hour of the day: one thin veil of colour over everything, and a fall-off towards one side. */
function light(rng: Rng, kit: Kit): Svg {
  const veil = rng.pick<Colour>([[0.85, 0.12, 70], [0.5, 0.1, 265], WHITE, [0.35, 0.05, 280]]);
  const fall = gradient(kit, rng.chance(0.5) ? ['#ffffff', '#202040'] : ['#202040', '#ffffff'], rng.chance(0.5) ? [0, 0, 1, 1] : [0, 1, 1, 0]);
  return rect(0, 0, SIDE, SIDE, veil, { opacity: rng.range(0, 0.13) }) + rect(0, 0, SIDE, SIDE, fall, { opacity: rng.range(0, 0.1) });
}
