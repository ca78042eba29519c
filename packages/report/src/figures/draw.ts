import { isVitrineError, type Findings, type View } from "@vitrine/core";
import { drawFailure, drawView, type DrawOptions, type Figure } from "@vitrine/render";
import { drawnAs, isWords, wantsWidth } from "./views.js";

/** In CSS pixels: a card fits a telephone with room beside it, two cards and what is between them make a wide one. */
const cardWidth = 342;
const wideWidth = 2 * cardWidth + 32;

/** A view, drawn for a page. */
export interface DrawnView {
  /** Unique on the page. */
  readonly id: string;
  readonly view: View;
  /** Absent where the view is written as words. */
  readonly picture?: Figure;
  /** The same for twice the width. */
  readonly wide?: Figure;
  /** Words as a picture, for who saves them as one. */
  readonly saved?: Figure;
  /** Harmless as text. */
  readonly title: string;
  /** Of the view as it was given, also where something else is drawn for it. */
  readonly group?: string;
  readonly notices: readonly string[];
  readonly remarks: readonly string[];
  /** Why it could not be drawn. */
  readonly failure?: string;
}

const look = { theme: "page", bare: true } as const satisfies Partial<DrawOptions>;

/** Draws a view once for all themes. One that cannot be drawn says why in its place. */
export function drawForPage(id: string, view: View, findings: Pick<Findings, "tensors">, options: Pick<DrawOptions, "pictureShown" | "density"> = {}): DrawnView {
  return { ...drawn(id, view, findings, options), ...(typeof view.group === "string" && { group: view.group }) };
}

function drawn(id: string, view: View, findings: Pick<Findings, "tensors">, options: Pick<DrawOptions, "pictureShown" | "density">): DrawnView {
  const shown = drawnAs(view);
  try {
    if (isWords(shown)) {
      const saved = drawView(shown, findings, { ...look, width: wideWidth });
      return { id, view: shown, saved, title: saved.title, notices: saved.notices, remarks: saved.remarks };
    }
    const picture = drawView(shown, findings, { ...look, ...options, width: cardWidth });
    const wide = wantsWidth(shown) && options.pictureShown !== true ? drawView(shown, findings, { ...look, ...options, width: wideWidth }) : undefined;
    return { id, view: shown, picture, ...(wide && { wide }), title: picture.title, notices: picture.notices, remarks: picture.remarks };
  } catch (error) {
    if (!isVitrineError(error)) throw error;
    const failure = [error.message, error.hint].filter((part) => part !== undefined).join(" ");
    const { title } = drawFailure(shown, failure, { ...look, width: cardWidth });
    return { id, view: { kind: "text", title, text: failure }, title, notices: [], remarks: [], failure };
  }
}
