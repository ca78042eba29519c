import { cliError } from "../errors.js";

const units: Readonly<Record<string, number>> = { ms: 0.001, s: 1, "": 1, m: 60, min: 60, h: 3600 };

/** `60s`, `2m`, `500ms`, `1.5 min`, or a bare number of seconds. @throws `duration-syntax` */
export function parseDuration(flag: string, text: string): number {
  const [, number, unit = ""] = /^\s*(\d+(?:\.\d+)?|\.\d+)\s*(ms|s|min|m|h)?\s*$/i.exec(text) ?? [];
  if (number === undefined) throw cliError("duration-syntax", { flag, given: text });
  return Number(number) * units[unit.toLowerCase()]!;
}

/** "0.4 s", "12 s", "3 min 20 s". */
export function showSeconds(seconds: number): string {
  if (seconds >= 120) return `${Math.floor(seconds / 60)} min${Math.round(seconds % 60) === 0 ? "" : ` ${Math.round(seconds % 60)} s`}`;
  return `${seconds >= 10 ? Math.round(seconds) : Number(seconds.toFixed(1))} s`;
}
