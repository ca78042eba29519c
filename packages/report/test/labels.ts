// These run in the page.

/** Texts of drawings that cover each other or leave their drawing. */
export function overlapping(): string[] {
  const found: string[] = [];
  // Text boxes of a browser are as high as lines; letters take the middle of them.
  const box = (each: Element): DOMRect => {
    const { x, y, width, height } = each.getBoundingClientRect();
    return new DOMRect(x, y + 0.18 * height, width, 0.64 * height);
  };
  for (const svg of document.querySelectorAll<SVGSVGElement>("svg[role=img]")) {
    if (svg.getClientRects().length === 0) continue;
    const frame = svg.getBoundingClientRect();
    const texts = Array.from(svg.querySelectorAll("text"), (each) => ({ text: each.textContent ?? "", at: box(each) }));
    for (const [i, a] of texts.entries()) {
      if (a.at.left < frame.left - 1 || a.at.right > frame.right + 1 || a.at.top < frame.top - 1 || a.at.bottom > frame.bottom + 1) found.push(`“${a.text}” leaves “${svg.getAttribute("aria-label")?.slice(0, 60)}”`);
      for (const b of texts.slice(i + 1)) {
        if (a.at.right > b.at.left + 1 && b.at.right > a.at.left + 1 && a.at.bottom > b.at.top + 1 && b.at.bottom > a.at.top + 1) found.push(`“${a.text}” × “${b.text}” in “${svg.getAttribute("aria-label")?.slice(0, 60)}”`);
      }
    }
  }
  return found;
}

/** Words of the page that are wider than where they stand, or that reach beyond the window. */
export function clipped(): string[] {
  const found: string[] = [];
  const words = "h1,h2,h3,h4,h5,p,li,dd,dt,td,th,summary,figcaption,button,bdi,output,blockquote";
  for (const each of document.querySelectorAll<HTMLElement>(words)) {
    if (!each.checkVisibility({ visibilityProperty: true }) || each.closest(".scroll,.unseen,.skip,dialog")) continue;
    const { left, right } = each.getBoundingClientRect();
    if (left < -1 || right > innerWidth + 1) found.push(`beyond the window: ${each.tagName} “${each.textContent?.slice(0, 60)}”`);
    if (getComputedStyle(each).display !== "inline" && each.scrollWidth > each.clientWidth + 1) found.push(`too wide: ${each.tagName} “${each.textContent?.slice(0, 60)}” ${each.scrollWidth} > ${each.clientWidth}`);
  }
  return found;
}
