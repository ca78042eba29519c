import { looks, type Look, type Theme, type Tokens } from "../tokens.js";

/** A colour that is computed from a theme's: of the theme, or of both where the page decides. */
export function colourFor(look: Look, colour: (theme: Theme, tokens: Tokens) => string): string {
  if (look !== "page") return colour(look, looks[look]);
  const [light, dark] = [colour("light", looks.light), colour("dark", looks.dark)];
  return light === dark ? light : `light-dark(${light}, ${dark})`;
}
