import type { View } from "@vitrine/core";

const longest = 80;
/** Names that Windows keeps for its devices. */
const reserved = /^(?:con|prn|aux|nul|com\d|lpt\d)$/u;

/** A text as part of a file name: small letters, digits, dots and dashes. */
function slug(text: string): string {
  const plain = text.slice(0, 400).normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/[^a-z0-9._]+/gu, "-").replace(/-{2,}/gu, "-").replace(/\.{2,}/gu, ".");
  const cut = plain.slice(0, longest).replace(/^[-._]+|[-._]+$/gu, "");
  return cut === "" || reserved.test(cut) || /^\d+$/u.test(cut) ? `view-${cut}`.replace(/-$/u, "") : cut;
}

/**
 * A key for each view, unique among them and fit for a file name: its tensor's key (`activation/conv1` → `activation-conv1`),
 * or its title where it has none.
 */
export function viewKeys(views: readonly View[]): string[] {
  const taken = new Set<string>();
  return views.map((view) => {
    const key = slug("tensor" in view && typeof view.tensor === "string" ? view.tensor : view.title);
    let free = key;
    for (let i = 2; taken.has(free); i++) free = `${key}-${i}`;
    taken.add(free);
    return free;
  });
}
