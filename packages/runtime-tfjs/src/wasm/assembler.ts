const types = { i32: 0x7f, f32: 0x7d, v128: 0x7b } as const;
type ValueType = keyof typeof types;

/** A function without results. */
export interface Routine {
  readonly parameters: Readonly<Record<string, ValueType>>;
  readonly locals: Readonly<Record<string, ValueType>>;
  /** In the text format: instructions in order, none in parentheses; `$name` is a parameter or a local. */
  readonly code: string;
}

/** Vectors may lie anywhere: an alignment of 2⁰ bytes, and no offset. */
const anywhere = [0, 0];
const vector = (code: number): number[] => [0xfd, ...unsigned(code)];

/** https://webassembly.github.io/spec/core/binary/instructions.html */
const instructions: Readonly<Record<string, readonly number[]>> = {
  "loop": [0x03, 0x40], "end": [0x0b], "br_if": [0x0d], "local.get": [0x20], "local.set": [0x21], "local.tee": [0x22],
  "i32.const": [0x41], "f32.const": [0x43], "i32.lt_u": [0x49], "i32.add": [0x6a], "i32.sub": [0x6b],
  "v128.load": [...vector(0), ...anywhere], "v128.store": [...vector(11), ...anywhere], "v128.and": vector(78),
  "f32x4.splat": vector(19), "f32x4.le": vector(69), "f32x4.ge": vector(70), "f32x4.add": vector(228), "f32x4.mul": vector(230),
};

/** LEB128. */
function unsigned(n: number): number[] {
  return n < 0x80 ? [n] : [(n & 0x7f) | 0x80, ...unsigned(n >>> 7)];
}

function signed(n: number): number[] {
  return n >= -0x40 && n < 0x40 ? [n & 0x7f] : [(n & 0x7f) | 0x80, ...signed(n >> 7)];
}

const counted = (parts: readonly (readonly number[])[]): number[] => [...unsigned(parts.length), ...parts.flat()];
const sized = (bytes: readonly number[]): number[] => [...unsigned(bytes.length), ...bytes];
const named = (name: string): number[] => sized(Array.from(name, (letter) => letter.charCodeAt(0)));
const section = (id: number, parts: readonly (readonly number[])[]): number[] => [id, ...sized(counted(parts))];

function bodyOf({ parameters, locals, code }: Routine): number[] {
  const places = [...Object.keys(parameters), ...Object.keys(locals)];
  const words = code.trim().split(/\s+/u);
  const bytes = words.flatMap((word, i) => {
    const found = instructions[word];
    if (found) return found;
    if (word.startsWith("$")) return unsigned(places.indexOf(word.slice(1)));
    const value = Number(word);
    return words[i - 1] === "f32.const" ? [...new Uint8Array(Float32Array.of(value).buffer)] : signed(value);
  });
  return sized([...counted(Object.values(locals).map((type) => [1, types[type]])), ...bytes, ...instructions["end"]!]);
}

/**
 * A WebAssembly module that exports `routines` by name and imports the memory `env.memory` that they work on.
 * https://webassembly.github.io/spec/core/binary/modules.html
 */
export function assemble(routines: Readonly<Record<string, Routine>>): Uint8Array<ArrayBuffer> {
  const all = Object.entries(routines);
  const signatures = all.map(([, { parameters }]) => [0x60, ...counted(Object.values(parameters).map((type) => [types[type]])), 0]);
  const memory = [...named("env"), ...named("memory"), 0x02, 0x00, 0x00];
  return Uint8Array.from([
    0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00,
    ...section(1, signatures),
    ...section(2, [memory]),
    ...section(3, all.map((_, i) => unsigned(i))),
    ...section(7, all.map(([name], i) => [...named(name), 0x00, ...unsigned(i)])),
    ...section(10, all.map(([, routine]) => bodyOf(routine))),
  ]);
}
