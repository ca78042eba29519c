type Theme = "light" | "dark";

const root = document.documentElement;

export function currentTheme(): Theme {
  const chosen = root.dataset["theme"];
  if (chosen === "light" || chosen === "dark") return chosen;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

/** Before anything is painted: a theme that the address asks for. */
export function readTheme(): void {
  const asked = location.hash.slice(1);
  if (asked === "light" || asked === "dark") root.dataset["theme"] = asked;
}

/** The button that switches between light and dark. The choice stands in the address, so that it survives a reload and nothing is stored. */
export function bindTheme(): void {
  const button = document.querySelector<HTMLButtonElement>("[data-theme-switch]");
  if (!button) return;
  const other = (): Theme => (currentTheme() === "dark" ? "light" : "dark");
  const show = (): void => {
    button.textContent = other() === "dark" ? "Dark" : "Light";
    button.setAttribute("aria-label", `Switch to the ${other()} theme`);
  };
  button.addEventListener("click", () => {
    root.dataset["theme"] = other();
    history.replaceState(null, "", `#${currentTheme()}`);
    show();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
  show();
}
