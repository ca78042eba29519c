import { engine, findBackend, getBackend, ready, setBackend } from "@tensorflow/tfjs-core";

/** What tfjs's engine, one for the whole page, has selected. Switching by `setBackend` would set every kernel up again (2 ms). */
interface Selection {
  backendName: string | undefined;
  backendInstance: object | null | undefined;
}

const selection = (): Selection => engine() as unknown as Selection;

/** As much of the GPU backends as says whether their device is still there. */
interface GpuBackend {
  readonly gpgpu?: { readonly gl?: { isContextLost?(): boolean } };
  readonly device?: { readonly lost?: Promise<unknown> };
}

const lostDevices = new WeakSet<object>();

/** WebGPU tells of a loss by a promise: it is listened to from the start. */
function watch(name: string): void {
  const backend = findBackend(name) as GpuBackend | null;
  const device = backend?.device;
  void device?.lost?.then(() => lostDevices.add(device));
}

/** Whether the device behind a backend is gone. */
export function isLost(name: string): boolean {
  const backend = findBackend(name) as GpuBackend | null;
  return backend?.gpgpu?.gl?.isContextLost?.() === true || (backend?.device !== undefined && lostDevices.has(backend.device));
}

/** Starts a backend anew on another device; what lay on the lost one is gone. */
export async function restartBackend(name: string): Promise<boolean> {
  delete engine().registry[name];
  const { backendName } = selection();
  // Whoever has selected it gets the new one.
  if (backendName === name) return setBackend(name).then((done) => (watch(name), done), () => false);
  return startBackend(name);
}

/** Starts a registered backend, and leaves the one that the user has selected. Returns false where it does not start. */
export async function startBackend(name: string): Promise<boolean> {
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
  if (!ours) Object.assign(selection(), { backendName: name, backendInstance: findBackend(name) });
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
