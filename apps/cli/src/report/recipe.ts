import { flagOf, showFill, type Fill, type Method } from "@vitrine/core";
import { shellWord } from "../host/shell.js";

/** What a report was asked for, as it was typed. */
export interface Asked {
  readonly model: string;
  readonly inputs: readonly string[];
  readonly targets: readonly string[];
  /** What `--checkpoints` would be given. */
  readonly checkpoints: readonly string[];
  /** Flags that decide how models are opened and run, each with its value. */
  readonly flags: readonly (readonly [flag: string, value: string])[];
}

/** The command that runs a method as a report does. */
export function commandOf(asked: Asked, method: Method, params: Readonly<Record<string, unknown>>, out: string): string {
  const words = ["vitrine", "run", method.id, asked.model];
  if (method.needsInput !== false) for (const input of asked.inputs.length > 0 ? asked.inputs : ["FILE"]) words.push("--input", input);
  if (method.targeted !== false) for (const target of asked.targets) words.push("--target", target);
  for (const [key, value] of Object.entries(params)) for (const text of textsOf(key, value, asked)) words.push(flagOf(key), text);
  for (const [flag, value] of asked.flags) words.push(flag, value);
  return [...words, "--out", out].map(shellWord).join(" ");
}

/** A parameter as its flag takes it; none where a flag cannot say it. */
function textsOf(key: string, value: unknown, asked: Asked): readonly string[] {
  if (key === "checkpoints") return asked.checkpoints.length === 0 ? [] : [asked.checkpoints.join(",")];
  const one = textOf(value);
  if (one !== undefined) return [one];
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const text = textOf(inner);
    return text === undefined ? [] : [`${name}=${text}`];
  });
}

const fillKinds = ["value", "pixel", "mean", "blur", "noise"];

function textOf(value: unknown): string | undefined {
  if (typeof value === "number" || typeof value === "string" || typeof value === "boolean") return String(value);
  if (Array.isArray(value)) return value.every((item) => typeof item === "number" || typeof item === "string") ? value.join(",") : undefined;
  const isFill = typeof value === "object" && value !== null && "kind" in value && fillKinds.includes(String(value.kind));
  return isFill ? showFill(value as Fill) : undefined;
}

/** The same in code, on an engine that holds the plugins of this one. */
export function codeOf(asked: Asked, method: Method, params: Readonly<Record<string, unknown>>): string {
  const given = Object.entries(params).filter(([key]) => key !== "checkpoints");
  const fields = [
    "model",
    ...(method.needsInput === false ? [] : ["input"]),
    ...(method.targeted === false || asked.targets.length === 0 ? [] : [`target: ${asked.targets.length === 1 ? parsed(asked.targets[0]!) : `[${asked.targets.map(parsed).join(", ")}]`}`]),
    ...(given.length === 0 && !("checkpoints" in params) ? [] : [`params: { ${[...given.map(([key, value]) => `${key}: ${JSON.stringify(value)}`), ...("checkpoints" in params ? ["checkpoints"] : [])].join(", ")} }`]),
  ];
  return [
    `import { createEngine${fields.some((field) => field.includes("parseTarget")) ? ", parseTarget" : ""} } from "@vitrine/core";`,
    'import { fileSource } from "@vitrine/files-node";',
    "",
    "// plugins, spec and input: as an app composes them; see the documentation of createEngine.",
    "const engine = createEngine({ plugins });",
    `const model = await engine.load(fileSource(${JSON.stringify(asked.model)}), { spec });`,
    `const report = await engine.run(${JSON.stringify(method.id)}, { ${fields.join(", ")} });`,
  ].join("\n");
}

const parsed = (target: string): string => `parseTarget(${JSON.stringify(target)})`;
