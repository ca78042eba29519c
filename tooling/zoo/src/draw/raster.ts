import { Resvg } from '@resvg/resvg-js';
import { createRng } from './rng.js';
import { drawScene, type Scene, type SceneRequest } from './scene.js';

export interface Picture {
  readonly size: number;
  /** Row-major, three bytes per pixel. */
  readonly rgb: Uint8Array;
  /** Row-major, one byte per pixel: 1 where the object is seen, else 0. */
  readonly mask: Uint8Array;
}

const render = (svg: string): Uint8Array => new Resvg(svg, { font: { loadSystemFonts: false } }).render().pixels;

/** The picture's pixels. The noise is part of the picture and comes from the scene's seed. */
export function paint(scene: Scene): Uint8Array {
  const { size, noise } = scene;
  const rgba = render(scene.svg);
  const rng = createRng(`${scene.seed}/${scene.object}/${scene.background}/grain`);
  const rgb = new Uint8Array(size * size * 3);
  for (let i = 0; i < size * size; i++) {
    // Sums of uniforms: as grainy as a normal distribution, and much cheaper.
    const grain = (rng.next() + rng.next() - 1) * 2 * noise;
    for (let c = 0; c < 3; c++) {
      const value = rgba[i * 4 + c]! + grain + (rng.next() - 0.5) * noise;
      rgb[i * 3 + c] = Math.min(255, Math.max(0, Math.round(value)));
    }
  }
  return rgb;
}

/** The ground truth: 1 where at least half of the pixel is the object, as far as nothing hides it. */
export function silhouette(scene: Scene): Uint8Array {
  const cover = render(scene.maskSvg);
  return Uint8Array.from({ length: scene.size * scene.size }, (_, i) => (cover[i * 4]! >= 128 ? 1 : 0));
}

export function drawPicture(request: SceneRequest): Picture {
  const scene = drawScene(request);
  return { size: scene.size, rgb: paint(scene), mask: silhouette(scene) };
}
