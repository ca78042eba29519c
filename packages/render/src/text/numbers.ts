const minus = (text: string): string => text.replaceAll("-", "−");

/** A number for people: three significant digits, thousands apart, a true minus sign. Fits into ten characters. */
export function showNumber(value: number, digits = 3): string {
  if (Number.isNaN(value)) return "not a number";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e7) return minus(value.toLocaleString("en-US"));
  if (size >= 1e6 || size < 1e-4) return minus(value.toExponential(digits - 1).replace(/\.?0+e/, "e").replace("e+", "e"));
  const rounded = Number(value.toPrecision(digits));
  return minus(Math.abs(rounded) >= 1000 ? rounded.toLocaleString("en-US") : String(rounded));
}

/** A count: whole, thousands apart. */
export function showCount(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

/** A share of a whole, in percent: 0 and 100 only where it is exactly that. */
export function showShare(part: number, whole: number): string {
  if (whole === 0) return "0 %";
  const percent = (100 * part) / whole;
  if (percent === 0 || percent === 100) return `${percent} %`;
  if (percent < 1) return "< 1 %";
  return percent > 99 ? "> 99 %" : `${Math.round(percent)} %`;
}

/** "1 of 12 values is", "3 of 12 values are". */
export function countOf(part: number, whole: number, what: string): string {
  return `${showCount(part)} of ${showCount(whole)} ${what}${whole === 1 ? "" : "s"} ${part === 1 ? "is" : "are"}`;
}

/** With so many decimals, thousands apart; with more where nothing but zeros would be left of a number. */
export function showDecimals(value: number, decimals: number): string {
  if (!Number.isFinite(value)) return showNumber(value);
  const places = Math.min(Math.max(Math.round(decimals), 0), 20);
  if (value !== 0 && Number(value.toFixed(places)) === 0) return showNumber(value, 1);
  return minus(value.toLocaleString("en-US", { minimumFractionDigits: places, maximumFractionDigits: places }));
}

/** Numbers that stand below each other: all with the decimals that the largest needs for three digits. */
export function alignedNumbers(values: readonly number[]): string[] {
  const finite = values.filter(Number.isFinite);
  const largest = Math.max(0, ...finite.map(Math.abs));
  if (largest === 0 || largest >= 1e6 || largest < 1e-3 || finite.every(Number.isInteger)) return values.map((value) => showNumber(value));
  const decimals = Math.max(0, 2 - Math.floor(Math.log10(largest)));
  return values.map((value) => showDecimals(value, decimals));
}
