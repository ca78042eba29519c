import { say } from "./say.js";

/** Without the clipboard's own interface (a page opened from a disk, in some browsers): by selecting. */
function copySelected(code: Element): boolean {
  const selection = getSelection();
  if (!selection) return false;
  selection.selectAllChildren(code);
  return document.execCommand("copy");
}

/** The buttons that copy a command or a piece of code. */
export function bindCopying(): void {
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-copy]") : null;
    const code = button?.parentElement?.querySelector("code");
    if (!button || !code) return;
    const tell = (done: boolean): void => {
      const text = done ? "Copied" : "Press Ctrl+C";
      if (!done) getSelection()?.selectAllChildren(code);
      button.textContent = text;
      say(text);
      setTimeout(() => (button.textContent = "Copy"), 2000);
    };
    const copied = (navigator.clipboard as Clipboard | undefined)?.writeText(code.textContent ?? "");
    if (copied) copied.then(() => tell(true), () => tell(copySelected(code)));
    else tell(copySelected(code));
  });
}
