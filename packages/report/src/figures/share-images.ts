/** As `drawView` writes images: their place, then how they are drawn, then their pixels. */
const image = /<image ((?:x|y|width|height)="[^"]*"(?: (?:x|y|width|height)="[^"]*")*) preserveAspectRatio="none"((?: [\w-]+="[^"]*")*?) href="(data:image\/png;base64,[^"]*)"\/>/gu;

/** Shorter ones are not worth a reference. */
const worthwhile = 400;

export interface SharedImages {
  /** The drawings, in the same order. */
  readonly svgs: readonly string[];
  /** What they refer to: `<symbol>` elements, to be put into one hidden SVG of the page. */
  readonly symbols: string;
}

/** Holds every raster that several drawings show once: a photograph stands in every figure that explains it. */
export function shareImages(svgs: readonly string[]): SharedImages {
  const counts = new Map<string, number>();
  for (const svg of svgs) for (const [, , , href = ""] of svg.matchAll(image)) if (href.length >= worthwhile) counts.set(href, (counts.get(href) ?? 0) + 1);
  const ids = new Map<string, string>();
  for (const [href, count] of counts) if (count > 1) ids.set(href, `i${ids.size}`);
  const symbols = Array.from(ids, ([href, id]) => `<symbol id="${id}" viewBox="0 0 1 1" preserveAspectRatio="none"><image width="1" height="1" preserveAspectRatio="none" href="${href}"/></symbol>`);
  return {
    svgs: svgs.map((svg) => svg.replace(image, (whole: string, place: string, others: string, href: string) => {
      const id = ids.get(href);
      return id === undefined ? whole : `<use ${place}${others} href="#${id}"/>`;
    })),
    symbols: symbols.join(""),
  };
}
