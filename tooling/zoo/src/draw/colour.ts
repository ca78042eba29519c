/**
 * Colours in OKLCH: lightness 0 to 1, chroma 0 to about .3, hue in degrees.
 * Shading by lightness alone keeps a palette coherent, which HSL does not (https://bottosson.github.io/posts/oklab/).
 */
export type Colour = readonly [lightness: number, chroma: number, hue: number];

export const WHITE: Colour = [0.985, 0.004, 90];
export const INK: Colour = [0.24, 0.02, 270];

export const lighter = ([l, c, h]: Colour, by = 0.08): Colour => [Math.min(0.99, l + by), c * 0.92, h];
export const darker = ([l, c, h]: Colour, by = 0.08): Colour => [Math.max(0.08, l - by), c, h];
export const muted = ([l, c, h]: Colour, factor = 0.5): Colour => [l, c * factor, h];

function toLab([l, c, h]: Colour): [number, number, number] {
  const angle = (h * Math.PI) / 180;
  return [l, c * Math.cos(angle), c * Math.sin(angle)];
}

export function mix(from: Colour, to: Colour, t: number): Colour {
  const [l0, a0, b0] = toLab(from);
  const [l1, a1, b1] = toLab(to);
  const a = a0 + (a1 - a0) * t;
  const b = b0 + (b1 - b0) * t;
  return [l0 + (l1 - l0) * t, Math.hypot(a, b), (Math.atan2(b, a) * 180) / Math.PI];
}

/** How different two colours look: the distance in OKLab. Below about .12 a silhouette gets lost. */
export function distance(x: Colour, y: Colour): number {
  const [l0, a0, b0] = toLab(x);
  const [l1, a1, b1] = toLab(y);
  return Math.hypot(l0 - l1, a0 - a1, b0 - b1);
}

function channel(linear: number): string {
  const x = Math.min(1, Math.max(0, linear));
  const encoded = x <= 0.0031308 ? 12.92 * x : 1.055 * x ** (1 / 2.4) - 0.055;
  return Math.round(encoded * 255)
    .toString(16)
    .padStart(2, '0');
}

export function css(colour: Colour): string {
  const [lightness, a, b] = toLab(colour);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return `#${channel(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s)}${channel(
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
  )}${channel(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s)}`;
}
