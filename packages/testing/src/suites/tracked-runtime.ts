import { isDeviceTensor, type DeviceTensor, type Program, type RunOptions, type Runtime, type RuntimeFactory, type Value, type Values } from "@vitrine/core";

/** What is open on a tracked runtime, and what it has done. */
export interface Tracker {
  /** Results left on the device and not disposed yet. */
  readonly tensors: number;
  /** Programs compiled and not disposed yet. */
  readonly programs: number;
  /** Runs begun. */
  readonly runs: number;
  /** Called as each run begins, with its number from 1. */
  onRun: ((run: number) => void) | undefined;
}

/** The factory with a count of what its runtimes hand out: what a leak or a late cancellation is found by. */
export function trackedRuntime(factory: RuntimeFactory): { readonly factory: RuntimeFactory; readonly tracker: Tracker } {
  const counts = { tensors: 0, programs: 0, runs: 0 };
  const tracker: Tracker = {
    get tensors() {
      return counts.tensors;
    },
    get programs() {
      return counts.programs;
    },
    get runs() {
      return counts.runs;
    },
    onRun: undefined,
  };

  // The runtime gets its own tensors back, as it handed them out.
  const originals = new WeakMap<DeviceTensor, DeviceTensor>();
  const unwrap = (value: Value): Value => (isDeviceTensor(value) ? (originals.get(value) ?? value) : value);
  const wrap = (value: Value): Value => {
    if (!isDeviceTensor(value)) return value;
    counts.tensors++;
    let disposed = false;
    const wrapped: DeviceTensor = {
      dtype: value.dtype,
      shape: value.shape,
      location: value.location,
      read: () => value.read(),
      dispose: () => {
        if (!disposed) counts.tensors--;
        disposed = true;
        value.dispose();
      },
    };
    originals.set(wrapped, value);
    return wrapped;
  };
  const all = (values: Values, change: (value: Value) => Value): Record<string, Value> => Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)]));

  const program = (inner: Program): Program => {
    counts.programs++;
    let disposed = false;
    return {
      inputs: inner.inputs,
      outputs: inner.outputs,
      bytes: inner.bytes,
      notices: inner.notices,
      run: async (feeds: Values, options?: RunOptions) => {
        counts.runs++;
        tracker.onRun?.(counts.runs);
        return all(await inner.run(all(feeds, unwrap), options), wrap);
      },
      dispose: async () => {
        if (!disposed) counts.programs--;
        disposed = true;
        await inner.dispose();
      },
    };
  };
  const runtime = (inner: Runtime): Runtime => ({
    info: inner.info,
    supports: (node, shapes) => inner.supports(node, shapes),
    compile: async (graph, options) => program(await inner.compile(graph, options)),
    dispose: () => inner.dispose(),
  });
  return { factory: { ...factory, create: async (options) => runtime(await factory.create(options)) }, tracker };
}
