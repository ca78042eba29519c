/** The page's data, as `renderReport` writes them. */
export interface HeldTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly meaning: string;
  readonly data: string;
}

export interface HeldFigure {
  readonly title: string;
  readonly view: { readonly kind: string; readonly tensor?: string; readonly unit?: string; readonly caption?: string; readonly source?: string; readonly sample?: number; readonly axes?: Axes; readonly rows?: readonly string[]; readonly columns?: readonly string[] | number };
  /** Ids of tensors, by their keys. */
  readonly tensors: Readonly<Record<string, string>>;
  readonly maps: Readonly<Record<string, string>>;
}

interface Axes {
  readonly batch?: number;
  readonly unit?: number;
  readonly rows: readonly number[];
  readonly columns: readonly number[];
}

interface PageData {
  readonly model: string;
  readonly figures: Readonly<Record<string, HeldFigure>>;
  readonly tensors: Readonly<Record<string, HeldTensor>>;
}

let parsed: PageData | undefined;
export const pageData = (): PageData => (parsed ??= JSON.parse(document.getElementById("data")?.textContent ?? "{}") as PageData);

/** The figure that an element stands in. */
export function figureAt(element: Element): { readonly root: HTMLElement; readonly held: HeldFigure } | undefined {
  const root = element.closest<HTMLElement>("[data-figure]");
  const held = root ? pageData().figures[root.id] : undefined;
  return root && held ? { root, held } : undefined;
}

/** What of a drawing is under the pointer, also below a frame or an outline. */
export function underPointer({ clientX, clientY, target }: PointerEvent | MouseEvent, selector: string): Element | undefined {
  if (!(target instanceof Element) || !target.closest("[data-figure],dialog")) return undefined;
  for (const each of document.elementsFromPoint(clientX, clientY)) {
    const found = each.closest(selector);
    if (found) return found;
  }
  return undefined;
}

export function bytesOf({ data }: HeldTensor): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
}

type Numbers = ArrayLike<number> | ArrayLike<bigint>;

const views: Readonly<Record<string, new (buffer: ArrayBuffer) => Numbers>> = {
  float32: Float32Array, float64: Float64Array, int8: Int8Array, uint8: Uint8Array, int16: Int16Array, uint16: Uint16Array,
  int32: Int32Array, uint32: Uint32Array, int64: BigInt64Array, uint64: BigUint64Array, bool: Uint8Array,
};

const decoded = new Map<string, Numbers | undefined>();

/** The elements of a tensor as numbers; undefined for types that JavaScript does not know. */
export function numbersOf(id: string): Numbers | undefined {
  if (!decoded.has(id)) {
    const tensor = pageData().tensors[id];
    const View = tensor && views[tensor.dtype];
    decoded.set(id, View && new View(bytesOf(tensor).buffer));
  }
  return decoded.get(id);
}

/** Three significant digits, a true minus sign. */
export function showValue(value: number | bigint | undefined): string {
  if (value === undefined) return "no value";
  if (typeof value === "bigint") return String(value).replace("-", "−");
  if (Number.isNaN(value)) return "not a number";
  const size = Math.abs(value);
  const text = size !== 0 && (size < 1e-4 || size >= 1e7) ? value.toExponential(2) : String(Number(value.toPrecision(3)));
  return text.replace("-", "−");
}
