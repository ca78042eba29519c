import { bodyOf, escapeHtml, relativeLink, type Page } from "./page.js";

export interface Section {
  readonly title: string;
  readonly pages: readonly Page[];
}

/** Nothing but the site's own stylesheet and pictures is ever asked for; there is no script. */
const policy = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'";

/** One page as HTML: the way around on the left, the text, and the pages before and after it. */
export function htmlOf(page: Page, sections: readonly Section[], home: Page): string {
  const href = (to: string): string => escapeHtml(relativeLink(page.file, to));
  const linkTo = (to: Page, text = to.title): string => `<a href="${href(to.file)}"${to === page ? ' aria-current="page"' : ""}>${escapeHtml(text)}</a>`;
  const all = [home, ...sections.flatMap(({ pages }) => pages)];
  const at = all.indexOf(page);
  const steps = [[all[at - 1], "Before"], [all[at + 1], "Next"]] as const;
  const groups = sections.map(({ title, pages }) => {
    const isHere = pages.includes(page);
    return `<details${isHere || page === home ? " open" : ""}><summary>${escapeHtml(title)}</summary><ul>${pages.map((each) => `<li>${linkTo(each)}</li>`).join("")}</ul></details>`;
  });
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(page === home ? "Vitrine" : `${page.title} – Vitrine`)}</title>
<link rel="stylesheet" href="${href("style.css")}">
</head>
<body>
<a class="skip" href="#text">To the text</a>
<header>${linkTo(home, "Vitrine")}<a href="#pages">Pages</a></header>
<nav id="pages" aria-label="Pages"><p class="name">${linkTo(home, "Vitrine")}</p>${groups.join("")}</nav>
<main id="text">
${bodyOf(page)}
<footer>${steps.map(([to, word]) => (to ? `<p>${word}: ${linkTo(to)}</p>` : "")).join("")}</footer>
</main>
</body>
</html>
`;
}
