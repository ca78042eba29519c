/** No label needs more; a longer one is cut before anything looks at it. */
const longest = 20_000;
/** Letters carry a few marks; stacks of them would leave the line. */
const marks = /(\p{M}{3})\p{M}+/gu;
/** Zero-width and directional formatting, which can make a name read as another one. Joiners stay: scripts need them. */
const invisible = /[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;
// No-break spaces stay: they hold together what belongs together.
const space = /(?:(?!\u00a0)[\s\u0085\u2028\u2029])+/gu;
const control = /\p{Cc}|\p{Cs}|[\ufdd0-\ufdef]|[\u{fffe}\u{ffff}]/gu;

/** Text of a model or a file as one harmless line: what XML forbids becomes a dot, what changes direction goes. */
export function cleanLine(text: string): string {
  return text.slice(0, longest).replace(space, " ").replace(control, "·").replace(invisible, "").replace(marks, "$1").replace(/^ +| +$/gu, "");
}

/** The same for a text of several lines. */
export function cleanLines(text: string, most = 2000): string[] {
  return text.slice(0, longest * 10).split(/\r\n|[\n\r\u2028\u2029]/u, most).map((line) => cleanLine(line.replaceAll("\t", "    ").replace(/^ +/u, (indent) => "\u00a0".repeat(Math.min(indent.length, 40)))));
}

/** For the content and the attributes of XML and HTML. */
export function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;").replaceAll("'", "&#39;");
}
