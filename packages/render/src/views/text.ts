import type { LinkView, TextView } from "@vitrine/core";
import { emptyExhibit } from "../figure/empty.js";
import { stack } from "../scene/mark.js";
import type { Exhibit, Scene } from "../scene/scene.js";
import { paragraph, textLine } from "../scene/text.js";
import { cleanLine, cleanLines } from "../text/clean.js";
import { showCount } from "../text/numbers.js";

const mostLines = 80;
const mostLinesOfOne = 12;

export function drawText(view: TextView, scene: Scene): Exhibit {
  if (view.text.trim() === "") return emptyExhibit(scene, "The text is empty.");
  const lines = cleanLines(view.text, mostLines + 1);
  const shown = lines.slice(0, mostLines).map((line) => (line === "" ? { width: 0, height: 12, marks: [] } : paragraph(scene, line, scene.width, mostLinesOfOne, { size: 14, fill: scene.tokens.ink })));
  const rest = lines.length > mostLines ? [textLine(scene, `The first ${showCount(mostLines)} lines.`)] : [];
  return { body: stack([...shown, ...rest], 0), description: cleanLine(view.text).slice(0, 400) };
}

/** The address if following it can do no harm, else undefined: pages of the web, and places within this or a neighbouring file. */
export function safeHref(href: string): string | undefined {
  if (/\p{Cc}|\s|["'<>\\]/u.test(href) || href.length > 2000) return undefined;
  if (/^https?:\/\/[^/]/iu.test(href)) return href;
  return /^[#?.\w][^:]*$/u.test(href) && !href.startsWith("//") ? href : undefined;
}

export function drawLink(view: LinkView, scene: Scene): Exhibit {
  const { tokens, width } = scene;
  const href = safeHref(view.href);
  const words = textLine(scene, view.text, { size: 14, fill: href === undefined ? tokens.ink : tokens.accent, width });
  const address = textLine(scene, view.href, { width });
  const linked = href === undefined ? words : { ...words, marks: [{ kind: "group" as const, x: 0, y: 0, href, title: view.href, children: words.marks }] };
  return { body: stack([linked, address], 0), description: `${cleanLine(view.text)}: ${cleanLine(view.href)}` };
}
