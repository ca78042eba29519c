import { figureAt, showValue, underPointer, type HeldFigure } from "./data.js";
import { unitValue } from "./read.js";

interface Shown {
  readonly root: HTMLElement;
  readonly held: HeldFigure;
  readonly cells: readonly Element[];
  at: number;
}

/** Height of an enlarged unit, of its width, at least. */
const lowest = 0.1;

const numberOf = (element: Element, name: string): number => Number(element.getAttribute(name));

/** The tensor that a cell shows a unit of. */
const keyOf = (cell: Element): string => cell.closest("[data-map]")?.getAttribute("data-map") ?? "";

/** The cells of a layer, one image each, in the drawing that is seen. */
const cellsOf = (root: HTMLElement): Element[] => Array.from(root.querySelectorAll("[data-unit]:not([data-count])")).filter((cell) => cell.getClientRects().length > 0);

/** Enlarges units of a layer in a dialog: by click on one, by its button, and with the arrow keys from one to the next. */
export function bindUnits(): void {
  const dialog = document.querySelector<HTMLDialogElement>("dialog.enlarged");
  const [heading, stage, output] = [dialog?.querySelector("h2"), dialog?.querySelector(".stage"), dialog?.querySelector("output")];
  if (!dialog || !heading || !stage || !output) return;
  let shown: Shown | undefined;

  const show = (): void => {
    const cell = shown?.cells[shown.at];
    if (!shown || !cell) return;
    const unit = numberOf(cell, "data-unit");
    heading.textContent = `${shown.held.title}: unit ${unit}`;
    // The cell is a window onto the layer's picture: the same window, larger.
    const picture = cell.cloneNode(true) as SVGSVGElement;
    picture.setAttribute("viewBox", `0 0 ${numberOf(cell, "width")} ${numberOf(cell, "height")}`);
    picture.setAttribute("role", "img");
    picture.setAttribute("aria-label", `Unit ${unit}, enlarged`);
    if (cell.closest(".map")) picture.classList.add("map");
    for (const name of ["x", "y"]) picture.removeAttribute(name);
    const width = numberOf(cell, "width");
    const height = Math.max(numberOf(cell, "height"), lowest * width);
    // A series is one row of pixels: it is given height.
    if (height > numberOf(cell, "height")) picture.setAttribute("preserveAspectRatio", "none");
    picture.setAttribute("width", String(8 * width));
    picture.setAttribute("height", String(8 * height));
    stage.replaceChildren(picture);
    output.textContent = `Unit ${unit}, ${shown.at + 1} of ${shown.cells.length}.`;
  };
  const step = (by: number): void => {
    if (!shown) return;
    shown.at = (shown.at + by + shown.cells.length) % shown.cells.length;
    show();
  };
  const open = (from: Element, cell?: Element): void => {
    const figure = figureAt(from);
    if (!figure) return;
    const cells = cellsOf(figure.root);
    if (cells.length === 0) return;
    shown = { ...figure, cells, at: Math.max(0, cell ? cells.indexOf(cell) : 0) };
    show();
    dialog.showModal();
  };

  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    const cell = underPointer(event, "[data-unit]:not([data-count])");
    if (cell && !target?.closest("dialog,button")) return open(cell, cell);
    const button = target?.closest("[data-enlarge]");
    if (button) return open(button);
    const by = target?.closest<HTMLElement>("[data-step]");
    if (by) return step(Number(by.dataset["step"]));
    if (target?.closest("[data-close]") || target === dialog) dialog.close();
  });
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "ArrowRight" || event.key === "ArrowDown") step(1);
    else if (event.key === "ArrowLeft" || event.key === "ArrowUp") step(-1);
    else return;
    event.preventDefault();
  });
  stage.addEventListener("pointermove", (event) => {
    const cell = shown?.cells[shown.at];
    const picture = stage.querySelector("svg");
    if (!shown || !cell || !picture || !(event instanceof PointerEvent)) return;
    const [key, unit] = [keyOf(cell), numberOf(cell, "data-unit")];
    const size = unitValue(shown.held, key, unit, undefined);
    if (!size) return;
    const box = picture.getBoundingClientRect();
    const row = Math.min(Math.max(Math.floor(((event.clientY - box.top) / box.height) * size.rows), 0), size.rows - 1);
    const column = Math.min(Math.max(Math.floor(((event.clientX - box.left) / box.width) * size.columns), 0), size.columns - 1);
    output.textContent = `Unit ${unit}, row ${row}, column ${column}: ${showValue(unitValue(shown.held, key, unit, [row, column])?.value)}`;
  });

  // On the page itself: which unit is under the pointer, and its value where it is a single one.
  document.addEventListener("pointermove", (event) => {
    const image = underPointer(event, "[data-unit]");
    const figure = image && figureAt(image);
    const place = figure?.root.querySelector("output");
    if (!image || !figure || !place) return;
    const box = image.getBoundingClientRect();
    const count = image.hasAttribute("data-count") ? numberOf(image, "data-count") : 1;
    const unit = numberOf(image, "data-unit") + Math.min(Math.max(Math.floor(((event.clientX - box.left) / box.width) * count), 0), count - 1);
    const found = unitValue(figure.held, keyOf(image), unit, undefined);
    place.textContent = `Unit ${unit}${found && found.rows * found.columns === 1 ? `: ${showValue(found.value)}` : ""}`;
  });
}
