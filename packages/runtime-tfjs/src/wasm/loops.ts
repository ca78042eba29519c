import { backend, getBackend } from "@tensorflow/tfjs-core";
import { assemble, type Routine } from "./assembler.js";

/** Loops over vectors of four floats. All places and distances are in bytes. */
export interface VectorLoops {
  /** g where `low` ≤ y ≤ `high`, else g · 0, from `to` up to `end`. */
  mask(g: number, y: number, to: number, end: number, low: number, high: number): void;
  /** to = x · w for each of `width` bytes of channels in `columns` of `rows`, of which there is at least one each. */
  multiply(x: number, w: number, to: number, width: number, columns: number, xColumn: number, toColumn: number, rows: number, xRow: number, toRow: number): void;
  /** The same, added to what is there. */
  multiplyAdd(x: number, w: number, to: number, width: number, columns: number, xColumn: number, toColumn: number, rows: number, xRow: number, toRow: number): void;
}

const mask: Routine = {
  parameters: { g: "i32", y: "i32", to: "i32", end: "i32", low: "f32", high: "f32" },
  locals: { lows: "v128", highs: "v128", ones: "v128", value: "v128" },
  code: `
    local.get $low  f32x4.splat  local.set $lows
    local.get $high  f32x4.splat  local.set $highs
    f32.const 1  f32x4.splat  local.set $ones
    loop
      local.get $to
      local.get $g  v128.load
      local.get $y  v128.load  local.tee $value  local.get $lows  f32x4.ge
      local.get $value  local.get $highs  f32x4.le  v128.and
      local.get $ones  v128.and  f32x4.mul  v128.store
      local.get $g  i32.const 16  i32.add  local.set $g
      local.get $y  i32.const 16  i32.add  local.set $y
      local.get $to  i32.const 16  i32.add  local.tee $to
      local.get $end  i32.lt_u  br_if 0
    end`,
};

/** Row by row, and channel by channel in it, so that a weight stays in its register. */
const multiply = (sum: string): Routine => ({
  parameters: { x: "i32", w: "i32", to: "i32", width: "i32", columns: "i32", xColumn: "i32", toColumn: "i32", rows: "i32", xRow: "i32", toRow: "i32" },
  locals: { channel: "i32", from: "i32", at: "i32", left: "i32", weight: "v128" },
  code: `
    loop
      i32.const 0  local.set $channel
      loop
        local.get $w  local.get $channel  i32.add  v128.load  local.set $weight
        local.get $x  local.get $channel  i32.add  local.set $from
        local.get $to  local.get $channel  i32.add  local.set $at
        local.get $columns  local.set $left
        loop
          local.get $at
          local.get $from  v128.load  local.get $weight  f32x4.mul  ${sum}  v128.store
          local.get $from  local.get $xColumn  i32.add  local.set $from
          local.get $at  local.get $toColumn  i32.add  local.set $at
          local.get $left  i32.const 1  i32.sub  local.tee $left  br_if 0
        end
        local.get $channel  i32.const 16  i32.add  local.tee $channel
        local.get $width  i32.lt_u  br_if 0
      end
      local.get $x  local.get $xRow  i32.add  local.set $x
      local.get $to  local.get $toRow  i32.add  local.set $to
      local.get $rows  i32.const 1  i32.sub  local.tee $rows  br_if 0
    end`,
});

const routines: Readonly<Record<keyof VectorLoops, Routine>> = { mask, multiply: multiply(""), multiplyAdd: multiply("local.get $at  v128.load  f32x4.add") };

/** As much of tfjs's wasm backend as says where its memory is. */
interface WithMemory {
  readonly wasm?: { readonly asm?: { readonly memory?: unknown } };
}

const made = new WeakMap<WebAssembly.Memory, VectorLoops>();

/**
 * Loops on the memory of tfjs's wasm backend, for what it has no kernel for, or one that takes several times as long. Undefined on other
 * backends, without SIMD, and where the backend has threads: it keeps their memory to itself.
 */
export function vectorLoops(): VectorLoops | undefined {
  const memory = getBackend() === "wasm" ? (backend() as WithMemory).wasm?.asm?.memory : undefined;
  if (!(memory instanceof WebAssembly.Memory) || !(memory.buffer instanceof ArrayBuffer)) return undefined;
  const known = made.get(memory);
  if (known) return known;
  const bytes = assemble(routines);
  if (!WebAssembly.validate(bytes)) return undefined;
  const loops = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } }).exports as unknown as VectorLoops;
  made.set(memory, loops);
  return loops;
}
