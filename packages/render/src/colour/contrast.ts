import { rgb } from "d3-color";

/** Relative luminance, WCAG 2. */
export function luminance(colour: string): number {
  const { r, g, b } = rgb(colour);
  const [red = 0, green = 0, blue = 0] = [r, g, b].map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Contrast ratio of two colours, 1 to 21 (WCAG 2). Text needs 4.5, a line that carries meaning 3. */
export function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** A colour for text on `behind`: the first of `colours` with AA contrast, else black or white, one of which always has it. */
export function legible(behind: string, colours: readonly string[]): string {
  return [...colours, "#000000", "#FFFFFF"].find((colour) => contrast(colour, behind) >= 4.5) ?? "#000000";
}
