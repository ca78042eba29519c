import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";

/** A piece of code in a page. */
export interface Sample {
  /** Relative to the repository's root. */
  readonly page: string;
  /** From 1, in the order of the page. */
  readonly number: number;
  readonly language: string;
  /** The word after the language: what a test does with it. */
  readonly role: string | undefined;
  readonly code: string;
}

/** Every fenced code block of the words: the pages, what is said of methods, and the README. */
export function samples(root: string): Sample[] {
  const pages = readdirSync(path.join(root, "docs/pages"), { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".md")).map((file) => `docs/pages/${file}`);
  return ["README.md", ...pages.sort()].flatMap((page) => {
    const found = readFileSync(path.join(root, page), "utf8").matchAll(/^```(\w*)(?: (\w+))?\n([^]*?)^```$/gm);
    return [...found].map(([, language = "", role, code = ""], i) => ({ page, number: i + 1, language, role, code }));
  });
}

/** A file name for a sample. */
export const sampleName = ({ page, number }: Sample): string => `${page.replace(/^docs\/pages\//, "").replace(/\.md$/, "").replaceAll("/", "-")}-${number}`;
