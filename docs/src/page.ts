import path from "node:path";
import { Marked, type Tokens } from "marked";

/** One page of the site. */
export interface Page {
  /** Relative to the site's root, with `.html`. */
  readonly file: string;
  readonly title: string;
  /** Markdown. */
  readonly text: string;
}

/** Text as HTML shows it. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** `What it can tell` → `what-it-can-tell`, for links into a page. */
export const anchorOf = (heading: string): string => heading.toLowerCase().replace(/<[^>]+>|&[^;]+;/g, "").replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "");

/** The first heading of a text. */
export function titleOf(text: string, file: string): string {
  const title = /^# (.+)$/m.exec(text)?.[1];
  if (title === undefined) throw new Error(`${file} has no title: a first line that begins with \`# \`.`);
  return title;
}

/** The part of a page that its author wrote, as HTML. Links to `.md` lead to the page that is made of it; raw HTML is text. */
export function bodyOf({ text }: Page): string {
  const anchors = new Map<string, number>();
  const marked = new Marked({
    renderer: {
      heading({ tokens, depth }: Tokens.Heading): string {
        const inner = this.parser.parseInline(tokens);
        const anchor = anchorOf(inner);
        const seen = anchors.get(anchor) ?? 0;
        anchors.set(anchor, seen + 1);
        return `<h${depth} id="${anchor}${seen === 0 ? "" : `-${seen}`}">${inner}</h${depth}>\n`;
      },
      code({ text: code, lang }: Tokens.Code): string {
        const [language = ""] = (lang ?? "").split(" ");
        return `<pre tabindex="0"${language === "" ? "" : ` data-language="${escapeHtml(language)}"`}><code>${escapeHtml(code)}</code></pre>\n`;
      },
      html: ({ text: raw }: Tokens.HTML | Tokens.Tag): string => escapeHtml(raw),
      table(token: Tokens.Table): string {
        const cells = (row: readonly Tokens.TableCell[], tag: string): string => row.map((cell) => `<${tag}>${this.parser.parseInline(cell.tokens)}</${tag}>`).join("");
        const rows = token.rows.map((row) => `<tr>${cells(row, "td")}</tr>`).join("\n");
        return `<div class="wide" tabindex="0"><table><thead><tr>${cells(token.header, "th")}</tr></thead><tbody>\n${rows}\n</tbody></table></div>\n`;
      },
      link({ href, tokens }: Tokens.Link): string {
        return `<a href="${escapeHtml(href.replace(/\.md(?=#|$)/, ".html"))}">${this.parser.parseInline(tokens)}</a>`;
      },
    },
  });
  return marked.parse(text, { async: false });
}

/** From one page of the site to another, or to a file. */
export const relativeLink = (from: string, to: string): string => path.posix.relative(path.posix.dirname(from), to) || path.posix.basename(to);
