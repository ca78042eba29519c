import { coreError } from "../errors/catalogue.js";
import { concat, slice } from "../tensor/select.js";
import { isDeviceTensor, read, type Tensor, type Value } from "../tensor/tensor.js";
import type { Values } from "../runtime/runtime.js";

export interface BatchPlan {
  /** Samples in the feeds. */
  readonly samples: number;
  /** Samples of one call, exactly: the last call is padded with its last sample. */
  readonly size: number;
  /** The batch axis of a feed; undefined for one that every call gets whole. */
  feedAxis(name: string): number | undefined;
  /** The batch axis of an output. */
  outputAxis(name: string): number;
}

/** Runs in batches and joins the results; one call where everything fits. Results are on the host. */
export async function runInBatches(feeds: Values, plan: BatchPlan, run: (feeds: Values) => Promise<Record<string, Value>>, signal: AbortSignal | undefined): Promise<Record<string, Tensor>> {
  if (plan.samples === plan.size) return toHost(await run(feeds));
  const parts: Record<string, Tensor[]> = {};
  for (let start = 0; start < plan.samples; start += plan.size) {
    if (signal?.aborted) throw coreError("cancelled", {});
    const end = Math.min(start + plan.size, plan.samples);
    const batch: Record<string, Value> = {};
    for (const [name, value] of Object.entries(feeds)) {
      const axis = plan.feedAxis(name);
      batch[name] = axis === undefined ? value : padded(along(await read(value), axis, start, end), axis, plan.size);
    }
    const results = await toHost(await run(batch));
    for (const [name, result] of Object.entries(results)) {
      (parts[name] ??= []).push(end - start === plan.size ? result : along(result, plan.outputAxis(name), 0, end - start));
    }
  }
  return Object.fromEntries(Object.entries(parts).map(([name, list]) => [name, concat(list, plan.outputAxis(name))]));
}

function along(value: Tensor, axis: number, start: number, end: number): Tensor {
  return slice(value, value.shape.map((_, i) => (i === axis ? { start, end } : null)));
}

function padded(value: Tensor, axis: number, size: number): Tensor {
  const count = value.shape[axis]!;
  if (count === size) return value;
  const last = along(value, axis, count - 1, count);
  return concat([value, ...new Array<Tensor>(size - count).fill(last)], axis);
}

async function toHost(results: Record<string, Value>): Promise<Record<string, Tensor>> {
  const host: Record<string, Tensor> = {};
  for (const [name, value] of Object.entries(results)) {
    host[name] = await read(value);
    if (isDeviceTensor(value)) value.dispose();
  }
  return host;
}
