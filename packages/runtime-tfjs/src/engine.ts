import { engine, getBackend, ready, setBackend, type Tensor as TfTensor } from "@tensorflow/tfjs-core";

/** What tfjs's engine, one for the whole page, has selected. Switching by `setBackend` would set every kernel up again (2 ms). */
interface Selection {
  backendName: string | undefined;
  backendInstance: object | null | undefined;
}

const selection = (): Selection => engine() as unknown as Selection;

/** As much of the GPU backends as says whether their device is still there. */
interface GpuBackend {
  readonly gpgpu?: { readonly gl?: { readonly canvas?: Partial<EventTarget>; isContextLost?(): boolean } };
  readonly device?: { readonly lost?: Promise<unknown>; addEventListener?(type: "uncapturederror", listener: (event: { readonly error?: { readonly message?: string } }) => void): void };
  dispose?(): void;
}

/** The started backend of a name. `findBackend` would start it, and so end a start that is under way. */
export function backendNow(name: string): object | undefined {
  return (engine().registry as Readonly<Record<string, object | undefined>>)[name];
}

/** Whom to tell when the device of a started backend is lost. */
const waiting = new WeakMap<object, Set<() => void>>();
const lostBackends = new WeakSet<object>();

/** What WebGPU would not run, of each backend. It drops the command without an exception, and with it all that was submitted at once. */
const faults = new WeakMap<object, { readonly count: number; readonly cause: string }>();

/** How many faults a backend has had, and the words of the last that does not follow from another. */
export function faultsOf(backend: object | undefined): { readonly count: number; readonly cause: string } {
  return (backend && faults.get(backend)) ?? { count: 0, cause: "" };
}

/** A loss is told by an event (WebGL) or a promise (WebGPU): both are listened to from the start. */
function watch(name: string): void {
  const backend = backendNow(name) as GpuBackend | undefined;
  if (!backend || waiting.has(backend)) return;
  const told = new Set<() => void>();
  waiting.set(backend, told);
  const tell = (): void => {
    lostBackends.add(backend);
    for (const each of told) each();
  };
  void backend.device?.lost?.then(tell);
  backend.device?.addEventListener?.("uncapturederror", ({ error }) => {
    const { count, cause } = faultsOf(backend);
    const message = error?.message ?? "it does not say why";
    // What follows from an invalid shader says only that it follows.
    faults.set(backend, { count: count + 1, cause: message.startsWith("[Invalid") && cause !== "" ? cause : message });
  });
  backend.gpgpu?.gl?.canvas?.addEventListener?.("webglcontextlost", tell);
}

/** Whether the device behind a started backend is gone. */
function isLost(backend: object | undefined): boolean {
  return backend !== undefined && (lostBackends.has(backend) || (backend as GpuBackend).gpgpu?.gl?.isContextLost?.() === true);
}

/** Whether a run that began on `backend` cannot go on: its device is gone, or another one has taken its place. */
export function isGone(name: string, backend: object | undefined): boolean {
  return backendNow(name) !== backend || isLost(backend);
}

const backendOf = (tensor: TfTensor): object | undefined => (engine().state.tensorInfo as WeakMap<object, { readonly backend: object }>).get(tensor.dataId)?.backend;

/** Whether a tensor lies on a device that is gone. */
export function isOnLost(tensor: TfTensor): boolean {
  return isLost(backendOf(tensor));
}

/** The numbers of a tensor. Of a device that is lost tfjs would wait for them for ever (WebGL), or read zeros. */
export async function dataOf(tensor: TfTensor): Promise<ArrayLike<number>> {
  const backend = backendOf(tensor);
  const told = backend && waiting.get(backend);
  if (!told) return tensor.data();
  let stop: (() => void) | undefined;
  const loss = new Promise<never>((_, reject) => {
    stop = () => reject(new Error("the device was lost"));
    if (isLost(backend)) stop();
    else told.add(stop);
  });
  try {
    const data = await Promise.race([loss, tensor.data()]);
    if (isLost(backend)) throw new Error("the device was lost");
    return data;
  } finally {
    told.delete(stop!);
  }
}

const restarts = new Map<string, Promise<boolean>>();

/** Waits until a backend is there: one whose device is gone is started anew on another, once for all who ask. Returns false where it does not start. */
export function restored(name: string): Promise<boolean> {
  const restarting = restarts.get(name);
  if (restarting) return restarting;
  if (!isLost(backendNow(name))) return Promise.resolve(true);
  const started = restart(name).finally(() => restarts.delete(name));
  restarts.set(name, started);
  return started;
}

async function restart(name: string): Promise<boolean> {
  const old = backendNow(name) as GpuBackend | undefined;
  // Programs of a lost context stay in a cache of all WebGL backends, and compute zeros in another.
  if (old?.gpgpu) old.dispose?.();
  delete engine().registry[name];
  const { backendName } = selection();
  if (backendName !== name) return startBackend(name);
  // Whoever has selected it gets the new one.
  return inTurn(() => setBackend(name)).then((done) => (watch(name), done), () => false);
}

let lastStart: Promise<unknown> = Promise.resolve();

/** tfjs selects what it starts, for the whole page: two starts at once would each take the other's selection for a failure. */
function inTurn<T>(start: () => Promise<T>): Promise<T> {
  const mine = lastStart.then(start);
  lastStart = mine.catch(() => undefined);
  return mine;
}

/** Starts a registered backend, and leaves the one that the user has selected. Returns false where it does not start. */
export const startBackend = (name: string): Promise<boolean> => inTurn(() => startedNow(name));

async function startedNow(name: string): Promise<boolean> {
  const { backendName, backendInstance } = selection();
  try {
    if (!(await setBackend(name))) return false;
    await ready();
    watch(name);
    return getBackend() === name;
  } catch {
    return false;
  } finally {
    if (backendName !== name) Object.assign(selection(), { backendName, backendInstance });
  }
}

/**
 * Runs `work`, which is synchronous, on a backend: the user's own selection is what it was before and after, and tensors made in
 * `work` are freed behind it unless they were kept.
 */
export function onBackend<T>(name: string, work: () => T): T {
  const { backendName, backendInstance } = selection();
  const ours = backendName === name;
  if (!ours) Object.assign(selection(), { backendName: name, backendInstance: backendNow(name) });
  engine().startScope();
  try {
    return work();
  } finally {
    engine().endScope();
    if (!ours) Object.assign(selection(), { backendName, backendInstance });
  }
}

/** Bytes of all tensors there are. */
export function bytesNow(): number {
  return engine().state.numBytes;
}
