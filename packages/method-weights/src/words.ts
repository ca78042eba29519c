/** "1 filter", "12 filters", "1,204 filters". */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString("en-US")} ${n === 1 ? one : many}`;
}

/** 0.784 as "78 %"; small shares keep a digit. */
export function percent(share: number): string {
  const value = share * 100;
  if (value > 0 && value < 1) return value < 0.1 ? "< 0.1 %" : `${value.toFixed(1)} %`;
  return `${value > 99 && value < 100 ? value.toFixed(1) : Math.round(value)} %`;
}

/** Three significant digits. */
export function shown(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(3))) : String(value);
}

/** "64 × 3 × 7 × 7" */
export const by = (shape: readonly number[]): string => shape.join(" × ");

/** "3, 7 and 12"; the rest counted where there are many. */
export function list(items: readonly (string | number)[], most = 8): string {
  const texts = items.slice(0, most).map(String);
  if (items.length > most) return `${texts.join(", ")} and ${(items.length - most).toLocaleString("en-US")} more`;
  return texts.length < 2 ? texts.join("") : `${texts.slice(0, -1).join(", ")} and ${texts.at(-1)!}`;
}

/** A number for facts and tables: null where it does not apply or is none. */
export function orNull(value: number | undefined): number | null {
  return value === undefined || !Number.isFinite(value) ? null : value;
}

/** The key of something that belongs to a parameter, or to one block of it. */
export const keyOf = (kind: string, parameter: string, block: string): string => `${kind}/${parameter}${block === "" ? "" : `/${block.replaceAll(/[ ,]+/g, "-")}`}`;

/** What a parameter, or one block of it, is called in a title. */
export const titled = (parameter: string, block: string): string => (block === "" ? parameter : `${parameter}, ${block}`);
