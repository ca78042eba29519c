/** On paper nothing can be unfolded: everything is, and what was folded is folded again afterwards. */
export function bindPrinting(): void {
  let unfolded: HTMLDetailsElement[] = [];
  addEventListener("beforeprint", () => {
    unfolded = Array.from(document.querySelectorAll<HTMLDetailsElement>("details.more:not([open])"));
    for (const each of unfolded) each.open = true;
  });
  addEventListener("afterprint", () => {
    for (const each of unfolded) each.open = false;
    unfolded = [];
  });
}
