/** The look of everything that Vitrine draws, in one place: pictures, report, studio and docs read it from here. */
export type Theme = "light" | "dark";

/** Colours by what they are for. Text and lines that carry meaning reach 4.5 : 1 and 3 : 1 on the page (tested). */
export interface Tokens {
  readonly page: string;
  readonly ink: string;
  /** Captions, units, axes. */
  readonly second: string;
  /** Tells two things apart; carries no meaning. */
  readonly hairline: string;
  /** Marks, links, and how much a place mattered. */
  readonly accent: string;
  readonly warning: string;
  /** Classes and series, in this order. Kept apart under protanopia, deuteranopia and tritanopia. */
  readonly hues: readonly string[];
  /** Bars that stand for nothing but themselves; classes and series beyond the hues. */
  readonly neutral: string;
}

export const tokens: Readonly<Record<Theme, Tokens>> = {
  light: {
    page: "#FBFAF7",
    ink: "#1C1B19",
    second: "#6B675F",
    hairline: "#E4E0D8",
    accent: "#0B6E6E",
    warning: "#A8480E",
    // teal, amber, indigo, brick, sky, plum, olive, umber
    hues: ["#0B6E6E", "#BD7D06", "#2B3299", "#8C2F19", "#2293E6", "#630260", "#80924C", "#3A281E"],
    neutral: "#8B867C",
  },
  dark: {
    page: "#141414",
    ink: "#ECE9E2",
    second: "#9A958B",
    hairline: "#2C2A27",
    accent: "#4FB8B2",
    warning: "#E0915A",
    hues: ["#4FB8B2", "#E6913A", "#7279E1", "#BA302A", "#B1CFFC", "#AC449A", "#ECF494", "#9F8768"],
    neutral: "#7D786E",
  },
};

/**
 * Where a figure takes its colours from: a theme, or `page`, the HTML page around it, whose theme may change while the figure
 * stays. Marks then name the page's custom properties (`themeProperties`), other colours come in pairs (`light-dark()`), and
 * maps are transparent where they are zero and drawn for a light page; `darkMapMatrix` turns them for a dark one.
 */
export type Look = Theme | "page";

const named = (name: string): string => `var(--${name})`;

/** The tokens of each look. */
export const looks: Readonly<Record<Look, Tokens>> = {
  ...tokens,
  page: {
    page: named("page"), ink: named("ink"), second: named("second"), hairline: named("hairline"), accent: named("accent"), warning: named("warning"),
    hues: tokens.light.hues.map((_, i) => named(`hue-${i + 1}`)),
    neutral: named("neutral"),
  },
};

/** The custom properties that figures of the look `page` name, as CSS declarations. */
export function themeProperties(theme: Theme): string {
  const { hues, ...others } = tokens[theme];
  const all = [...Object.entries(others), ...hues.map((hue, i) => [`hue-${i + 1}`, hue] as const)];
  return all.map(([name, colour]) => `--${name}:${colour}`).join(";");
}

/**
 * The `feColorMatrix` (sRGB) that a dark page lays over maps of the look `page`: lightness turned over, hue kept
 * (`invert(1) hue-rotate(180deg)` of CSS). Zero stays the page, and the accent becomes nearly the dark theme's own.
 */
export const darkMapMatrix = "0.574 -1.43 -0.144 0 1 -0.426 -0.43 -0.144 0 1 -0.426 -1.43 0.856 0 1 0 0 0 1 0";

/** Names of the hues, for descriptions that are read aloud. */
export const hueNames: readonly string[] = ["teal", "amber", "indigo", "brick", "sky", "plum", "olive", "umber"];

/** Font sizes in CSS pixels. */
export const sizes = { small: 12, text: 14, lead: 16, title: 20, display: 28 } as const;
export type FontSize = (typeof sizes)[keyof typeof sizes];

/** Height of a line of each size: also a multiple of the step. */
export const lineHeights: Readonly<Record<FontSize, number>> = { 12: 16, 14: 20, 16: 24, 20: 28, 28: 36 };

/** Every distance is a multiple of it. */
export const step = 4;
export const corner = 2;

/** The bundled font first, so that a PNG looks the same on every machine; elsewhere the system's own. */
export const fontFamily = "IBM Plex Sans, system-ui, sans-serif";

export type Weight = 400 | 600;

/** Width of a figure unless told, and the space around what it shows. */
export const figureWidth = 736;
export const margin = 24;
