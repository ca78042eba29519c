import { coreError, isDeviceTensor, type DeviceTensor, type ValueInfo, type Values } from "@vitrine/core";
import { Held } from "./value.js";

/** Results that were left on the device, by the handle that was given out for them. */
export const kept = new WeakMap<DeviceTensor, Held>();

/**
 * The feeds of a program, checked against what its inputs declare, each with one user: the run.
 * @throws `input-missing`, `input-unknown`, `input-dtype`, `input-shape`
 */
export async function heldFeeds(inputs: readonly ValueInfo[], feeds: Values): Promise<Map<string, Held>> {
  const names = inputs.map((input) => input.name);
  const missing = names.filter((name) => !Object.hasOwn(feeds, name));
  if (missing.length > 0) throw coreError("input-missing", { inputs: missing });
  for (const name of Object.keys(feeds)) if (!names.includes(name)) throw coreError("input-unknown", { input: name, known: names });
  for (const { name, dtype, shape } of inputs) {
    const value = feeds[name]!;
    if (dtype !== undefined && value.dtype !== dtype) throw coreError("input-dtype", { input: name, dtype: value.dtype, expected: dtype });
    if (shape !== undefined && !fits(value.shape, shape)) throw coreError("input-shape", { input: name, shape: value.shape, expected: shape });
  }
  const held = await Promise.all(names.map(async (name): Promise<[string, Held]> => {
    const value = feeds[name]!;
    if (!isDeviceTensor(value)) return [name, Held.host(value, "feed")];
    return [name, kept.get(value) ?? Held.host(await value.read(), "feed")];
  }));
  return new Map(held.map(([name, value]) => [name, value.retain()]));
}

function fits(shape: readonly number[], declared: NonNullable<ValueInfo["shape"]>): boolean {
  return shape.length === declared.length && declared.every((dim, axis) => typeof dim !== "number" || dim === shape[axis]);
}
