import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { apiPages, libraries } from "./api.js";
import { contents } from "./contents.js";
import { everyMethod, methodPage } from "./methods.js";
import { titleOf, type Page } from "./page.js";
import { styleSheet } from "./style.js";
import { htmlOf, type Section } from "./template.js";

/** The pages of words, by their place under `docs/pages`. */
function wordPage(root: string, name: string): Page {
  const file = path.join(root, "docs/pages", `${name}.md`);
  const text = readFileSync(file, "utf8");
  return { file: `${name}.html`, title: titleOf(text, file), text };
}

/** Every page of the site, in the order of the navigation. */
async function collect(root: string): Promise<{ readonly home: Page; readonly sections: readonly Section[] }> {
  const { vitrine } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as { vitrine: { scope: string } };
  const engine = await everyMethod(root, vitrine.scope);
  const methods: Page[] = [];
  for (const method of engine.methods) {
    const words = path.join(root, "docs/pages/methods", `${method.id}.md`);
    methods.push(await methodPage(engine, method, existsSync(words) ? readFileSync(words, "utf8") : ""));
  }
  await engine.dispose();
  return {
    home: wordPage(root, "index"),
    sections: [
      ...contents.map(({ title, pages }) => ({ title, pages: pages.map((name) => wordPage(root, name)) })),
      { title: "Methods", pages: methods },
      { title: "Packages", pages: apiPages(libraries(root)) },
    ],
  };
}

/** Writes the whole site into a folder that is emptied first. Returns its pages. */
export async function writeSite(root: string, out: string): Promise<readonly Page[]> {
  const { home, sections } = await collect(root);
  const pages = [home, ...sections.flatMap((section) => section.pages)];
  rmSync(out, { recursive: true, force: true });
  for (const page of pages) {
    const file = path.join(out, page.file);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, htmlOf(page, sections, home));
  }
  writeFileSync(path.join(out, "style.css"), styleSheet());
  const pictures = path.join(root, "docs/pictures");
  if (existsSync(pictures)) cpSync(pictures, path.join(out, "pictures"), { recursive: true });
  return pages;
}
