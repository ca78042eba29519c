import { checkFeeds, isDeviceTensor, type DeviceTensor, type ValueInfo, type Values } from "@vitrine/core";
import { tfjsError } from "./errors.js";
import { Held } from "./value.js";

/** Results that were left on the device, by the handle that was given out for them. */
export const kept = new WeakMap<DeviceTensor, Held>();

/**
 * The feeds of a program, checked against what its inputs declare, each with one user: the run.
 * @throws `input-missing`, `input-unknown`, `input-dtype`, `input-shape`, `device-lost`
 */
export async function heldFeeds(inputs: readonly ValueInfo[], feeds: Values, backend: string): Promise<Map<string, Held>> {
  checkFeeds(inputs, feeds);
  const held = await Promise.all(inputs.map(async ({ name }): Promise<[string, Held]> => {
    const value = feeds[name]!;
    if (!isDeviceTensor(value)) return [name, Held.host(value, "feed")];
    const left = kept.get(value);
    if (left?.lost === true) throw tfjsError("device-lost", { backend, at: `the feed \`${name}\``, why: "it is a result that was left there" });
    return [name, left ?? Held.host(await value.read(), "feed")];
  }));
  return new Map(held.map(([name, value]) => [name, value.retain()]));
}
