import { coreError } from "../errors/catalogue.js";
import type { SliceIndex, Target } from "./spec.js";

/**
 * Reads the text form of a target:
 * `top`, `class:207`, `class:"golden retriever"`, `class:21@t=15`, `unit:LAYER[17]`, `unit:LAYER[17]@3,4`,
 * `channel-max:LAYER[17]`, `value:NAME[:,4,3,104]`, and the contrast of two, `class:207 - class:208`.
 * @throws `target-syntax`
 */
export function parseTarget(text: string): Target {
  const fail = (why: string): Error => coreError("target-syntax", { target: text, why });
  const trimmed = text.trim();
  const contrast = /^(.*\S)\s+-\s+((?:top|class:|unit:|channel-max:|value:).*)$/s.exec(trimmed);
  if (contrast) return { kind: "sum", terms: [{ weight: 1, target: parseTarget(contrast[1]!) }, { weight: -1, target: parseTarget(contrast[2]!) }] };
  if (trimmed === "top") return { kind: "top" };
  const top = /^top@t=(-?\d+)$/.exec(trimmed);
  if (top) return { kind: "top", step: Number(top[1]) };
  const colon = trimmed.indexOf(":");
  if (colon < 0) throw fail("it has no kind before a colon");
  const kind = trimmed.slice(0, colon);
  const rest = trimmed.slice(colon + 1).trim();
  if (kind === "class") {
    const [, subject = "", step] = /^(.*?)(?:@t=(-?\d+))?$/s.exec(rest) ?? [];
    const at = step === undefined ? {} : { step: Number(step) };
    const quoted = /^"(.*)"$|^'(.*)'$/s.exec(subject);
    const label = quoted ? (quoted[1] ?? quoted[2]!) : subject;
    if (label === "") throw fail("it names no class");
    if (!quoted && /^\d+$/.test(label)) return { kind, index: Number(label), ...at };
    if (!quoted && /^-\d+$/.test(label)) throw fail("a class index is at least 0");
    return { kind, label, ...at };
  }
  if (kind === "unit" || kind === "channel-max") {
    const match = /^(.+)\[\s*(\d+)\s*\](?:@(.+))?$/s.exec(rest);
    if (!match) throw fail(`a unit is written ${kind}:LAYER[INDEX]`);
    const [, layer = "", unit, at] = match;
    if (at === undefined) return { kind, layer, unit: Number(unit) };
    if (kind === "channel-max") throw fail("channel-max finds the position itself");
    const position = at.split(",").map((part) => part.trim());
    if (!position.every((part) => /^\d+$/.test(part))) throw fail(`\`${at}\` is no position: row,column`);
    return { kind, layer, unit: Number(unit), position: position.map(Number) };
  }
  if (kind === "value") {
    const match = /^(.+?)(?:\[([^[\]]*)\])?$/s.exec(rest);
    if (!match) throw fail("a slice is written value:NAME[:,4,3,104]");
    const [, name = "", body] = match;
    const index = (body ?? "").split(",").map((part) => part.trim());
    if (body === undefined || body.trim() === "") return { kind, name, index: [] };
    return {
      kind,
      name,
      index: index.map((part): SliceIndex => {
        if (part === ":") return null;
        if (/^-?\d+$/.test(part)) return Number(part);
        throw fail(`\`${part}\` is neither an index nor a colon`);
      }),
    };
  }
  throw fail(`\`${kind}\` is no kind of target`);
}

/** The text form of a target. */
export function showTarget(target: Target): string {
  const at = "step" in target && target.step !== undefined ? `@t=${target.step}` : "";
  switch (target.kind) {
    case "top":
      return `top${at}`;
    case "class":
      return `class:${"index" in target ? target.index : JSON.stringify(target.label)}${at}`;
    case "unit":
      return `unit:${target.layer}[${target.unit}]${target.position ? `@${target.position.join(",")}` : ""}`;
    case "channel-max":
      return `channel-max:${target.layer}[${target.unit}]`;
    case "direction":
      return `direction:${target.layer}`;
    case "value":
      return `value:${target.name}[${target.index.map((i) => i ?? ":").join(",")}]`;
    case "sum":
      if (isContrast(target)) return target.terms.map(({ target: term }) => showTarget(term)).join(" - ");
      return target.terms.map(({ weight, target: term }) => `${weight} × ${showTarget(term)}`).join(" + ");
    case "function":
      return target.title;
  }
}

const isContrast = ({ terms }: Extract<Target, { kind: "sum" }>): boolean => terms.length === 2 && terms[0]!.weight === 1 && terms[1]!.weight === -1 && terms[1]!.target.kind !== "sum";
