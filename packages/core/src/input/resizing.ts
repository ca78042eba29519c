/** The `resize` words of an image's description, read. */
export type Resizing =
  /** Straight to the size, whatever the proportions. */
  | { readonly kind: "stretch" }
  /** The shorter side to `side`, then the middle. */
  | { readonly kind: "short-side"; readonly side: number }
  /** The longer side to `side`, then black around it. */
  | { readonly kind: "long-side"; readonly side: number };

/** Reads `stretch`, `short-side N, centre crop` or `long-side N, pad`; undefined for anything else. */
export function readResizing(words: string): Resizing | undefined {
  const text = words.trim().toLowerCase();
  if (text === "stretch") return { kind: "stretch" };
  const [, which, digits, then] = /^(short|long)-side (\d{1,5}), (centre crop|center crop|pad)$/.exec(text) ?? [];
  const side = Number(digits);
  if (which === undefined || side < 1 || (which === "long") !== (then === "pad")) return undefined;
  return { kind: `${which as "short" | "long"}-side`, side };
}
