/** How numbers are said in sentences, facts and captions: every method in the same way. */

/** "1 unit", "12 units", "1,204 units". */
export function countOf(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString("en-US")} ${n === 1 ? one : many}`;
}

/** A share from 0 to 1 as "78 %"; small ones keep a digit, and only what is whole or nothing is called so. */
export function percentOf(share: number): string {
  const value = share * 100;
  if (!Number.isFinite(value)) return String(value);
  if (value > 0 && value < 0.1) return "< 0.1 %";
  if (value > 99.9 && value < 100) return "> 99.9 %";
  if ((value > 0 && value < 1) || (value > 99 && value < 100)) return `${value.toFixed(1)} %`;
  return `${Math.round(value)} %`;
}

/** Three significant digits, true minus signs; what is smaller than 0.0001 with a power of ten. */
export function threeDigits(value: number): string {
  const small = value !== 0 && Math.abs(value) < 1e-4;
  return (Number.isFinite(value) ? (small ? Number(value.toPrecision(3)).toExponential() : String(Number(value.toPrecision(3)))) : String(value)).replaceAll("-", "−");
}

/** A number for facts and tables: null where it does not apply or is none. */
export function orNull(value: number | undefined): number | null {
  return value === undefined || !Number.isFinite(value) ? null : value;
}

/** What a person calls a model: "squeezenet1.1" of "models/squeezenet1.1.onnx". */
export function modelName(file: string): string {
  const base = file.replace(/^.*[\\/]/, "");
  return base.replace(/\.[a-z]\w*$/i, "") || base;
}
