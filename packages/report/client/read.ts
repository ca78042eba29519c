import { figureAt, numbersOf, pageData, showValue, underPointer, type HeldFigure } from "./data.js";

/** A map on the screen, and the values behind it. */
interface ReadableMap {
  readonly image: Element;
  readonly rows: number;
  readonly columns: number;
  readonly values: ArrayLike<number | bigint>;
}

function mapOf(image: Element, held: HeldFigure): ReadableMap | undefined {
  const id = held.maps[image.getAttribute("data-map") ?? ""];
  const rows = Number(image.getAttribute("data-rows"));
  const columns = Number(image.getAttribute("data-columns"));
  const values = id === undefined ? undefined : (numbersOf(id) as ArrayLike<number | bigint> | undefined);
  // A tensor of another size is no map as it was drawn.
  return values && rows * columns === values.length ? { image, rows, columns, values } : undefined;
}

const nameOf = (names: readonly string[] | number | undefined, i: number, what: string): string => (typeof names === "object" && names[i] !== undefined ? names[i].slice(0, 60) : `${what} ${i}`);

function tell(root: HTMLElement, held: HeldFigure, map: ReadableMap, row: number, column: number): void {
  const output = root.querySelector("output");
  const { view } = held;
  if (output) output.textContent = `${nameOf(view.rows, row, "row")}, ${nameOf(view.columns, column, "column")}: ${showValue(map.values[row * map.columns + column])}${view.unit === undefined ? "" : ` ${view.unit}`}`;
  const stage = root.querySelector<HTMLElement>("[data-reads]");
  if (!stage) return;
  const [from, on] = [stage.getBoundingClientRect(), map.image.getBoundingClientRect()];
  let cell = stage.querySelector<HTMLElement>(".cell");
  if (!cell) stage.append((cell = Object.assign(document.createElement("span"), { className: "cell" })));
  const [width, height] = [on.width / map.columns, on.height / map.rows];
  // The style object is not what the page's policy forbids: attributes of the document are.
  Object.assign(cell.style, { left: `${on.left - from.left + column * width}px`, top: `${on.top - from.top + row * height}px`, width: `${width}px`, height: `${height}px` });
}

const within = (value: number, count: number): number => Math.min(Math.max(Math.floor(value), 0), count - 1);

/** The value of a map at the pointer, or where the arrow keys went. */
export function bindReading(): void {
  document.addEventListener("pointermove", (event) => {
    const image = underPointer(event, "[data-map][data-rows]");
    const figure = image && figureAt(image);
    const map = image && figure ? mapOf(image, figure.held) : undefined;
    if (!map || !figure) return;
    const box = map.image.getBoundingClientRect();
    tell(figure.root, figure.held, map, within(((event.clientY - box.top) / box.height) * map.rows, map.rows), within(((event.clientX - box.left) / box.width) * map.columns, map.columns));
  });

  const places = new WeakMap<Element, [number, number]>();
  document.addEventListener("keydown", (event) => {
    const stage = event.target instanceof Element && event.target.matches("[data-reads]") ? event.target : null;
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    const figure = stage && figureAt(stage);
    if (!stage || !step || !figure) return;
    const image = Array.from(stage.querySelectorAll("[data-map][data-rows]")).find((each) => each.getClientRects().length > 0);
    const map = image && mapOf(image, figure.held);
    if (!map) return;
    event.preventDefault();
    const strongest = (): [number, number] => {
      let best = 0;
      for (let i = 1; i < map.values.length; i++) if (map.values[i]! > map.values[best]! || Number.isNaN(map.values[best])) best = i;
      return [Math.floor(best / map.columns), best % map.columns];
    };
    const before = places.get(stage);
    // The first press goes where the map is strongest.
    const place: [number, number] = before ? [within(before[0] + step[0]!, map.rows), within(before[1] + step[1]!, map.columns)] : strongest();
    places.set(stage, place);
    tell(figure.root, figure.held, map, ...place);
  });
}

/** Offset of an element of a layer: its unit, and the place in the unit's map. */
export function unitValue(held: HeldFigure, key: string, unit: number, place: readonly [number, number] | undefined): { readonly value: number | bigint | undefined; readonly rows: number; readonly columns: number } | undefined {
  const id = held.tensors[key];
  const tensor = id === undefined ? undefined : pageData().tensors[id];
  const values = id === undefined ? undefined : (numbersOf(id) as ArrayLike<number | bigint> | undefined);
  const { axes, sample = 0 } = held.view;
  if (!tensor || !values || !axes) return undefined;
  const strides = tensor.shape.map((_, axis) => tensor.shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  const sizeOf = (list: readonly number[]): number => list.reduce((product, axis) => product * (tensor.shape[axis] ?? 1), 1);
  // Nested axes: the last runs fastest.
  const along = (list: readonly number[], index: number): number => [...list].reverse().reduce(([sum, rest], axis) => [sum + (rest % tensor.shape[axis]!) * strides[axis]!, Math.floor(rest / tensor.shape[axis]!)] as [number, number], [0, index] as [number, number])[0];
  const start = (axes.batch === undefined ? 0 : sample * strides[axes.batch]!) + (axes.unit === undefined ? 0 : unit * strides[axes.unit]!);
  const [row, column] = place ?? [0, 0];
  return { value: values[start + along(axes.rows, row) + along(axes.columns, column)], rows: sizeOf(axes.rows), columns: sizeOf(axes.columns) };
}
