import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { InferenceSession } from "onnxruntime-node";

/**
 * Which nodes a provider left to the CPU. onnxruntime tells it nowhere but in its profile, so the first run of a program
 * on another provider is profiled, into a temporary folder that is removed at once.
 */
export class PlacementWatch {
  readonly #folder: string;
  #open = true;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Undefined for the CPU itself, and where no temporary folder can be made. */
  static start(provider: string): PlacementWatch | undefined {
    if (provider === "cpu") return undefined;
    try {
      return new PlacementWatch(mkdtempSync(path.join(os.tmpdir(), "vitrine-placement-")));
    } catch {
      return undefined;
    }
  }

  /** Until the first run has been read. */
  get open(): boolean {
    return this.#open;
  }

  get sessionOptions(): Pick<InferenceSession.SessionOptions, "enableProfiling" | "profileFilePrefix"> {
    return { enableProfiling: true, profileFilePrefix: path.join(this.#folder, "profile") };
  }

  /** Ends the profile and reads it. Returns the operators of the nodes that ran on the CPU. */
  finish(session: InferenceSession | undefined): string[] {
    if (!this.#open) return [];
    this.#open = false;
    try {
      session?.endProfiling();
      const [file] = readdirSync(this.#folder);
      return file === undefined ? [] : operatorsOnCpu(readFileSync(path.join(this.#folder, file), "utf8"));
    } finally {
      rmSync(this.#folder, { recursive: true, force: true });
    }
  }
}

interface ProfileEvent {
  readonly cat?: string;
  readonly name?: string;
  readonly args?: { readonly op_name?: string; readonly provider?: string };
}

/** The operators of all nodes that a profile shows on the CPU provider, each node once. */
export function operatorsOnCpu(profile: string): string[] {
  let events: ProfileEvent[];
  try {
    events = JSON.parse(profile) as ProfileEvent[];
  } catch {
    return [];
  }
  const nodes = new Map<string, string>();
  for (const { cat, name, args } of events) {
    if (cat === "Node" && args?.provider === "CPUExecutionProvider" && args.op_name !== undefined) nodes.set(name ?? args.op_name, args.op_name);
  }
  return [...nodes.values()];
}

/** `webgpu leaves 3 nodes to the CPU (LRN ×2, NonZero), …`; undefined where it leaves none. */
export function placementNotice(provider: string, operators: readonly string[]): string | undefined {
  if (operators.length === 0) return undefined;
  const counts = new Map<string, number>();
  for (const operator of operators) counts.set(operator, (counts.get(operator) ?? 0) + 1);
  const list = [...counts].map(([operator, count]) => (count === 1 ? operator : `${operator} ×${count}`)).join(", ");
  return `${provider} leaves ${operators.length} ${operators.length === 1 ? "node" : "nodes"} to the CPU (${list}): correct, at the price of copies.`;
}
