/** Where checkpoints stand on the x axis of their curves. */
export interface CheckpointAxis {
  /** "epoch", "step", or "checkpoint" where the names do not say. */
  readonly title: string;
  /** One per checkpoint, in the order given. */
  readonly values: readonly number[];
  /** Indices of the checkpoints from left to right. */
  readonly order: readonly number[];
}

const words: Readonly<Record<string, string>> = { epoch: "epoch", ep: "epoch", e: "epoch", step: "step", iteration: "iteration", iter: "iteration", checkpoint: "checkpoint", ckpt: "checkpoint" };
const pattern = new RegExp(`(?:^|[^a-z])(${Object.keys(words).join("|")})[-_.=]?(\\d+)(?![\\d])`, "i");

/**
 * Reads epochs from names such as `net-epoch-08.onnx` or `step_1000.onnx`. Where not all names tell, of the same thing and
 * each a different number, the checkpoints are counted from 0 in the order given.
 */
export function checkpointAxis(names: readonly string[]): CheckpointAxis {
  const found = names.map((name) => pattern.exec(name));
  const titles = new Set(found.map((match) => (match ? words[match[1]!.toLowerCase()] : undefined)));
  const numbers = found.map((match) => Number(match?.[2]));
  const [title] = titles;
  const tells = titles.size === 1 && title !== undefined && new Set(numbers).size === numbers.length;
  const values = tells ? numbers : names.map((_, i) => i);
  const order = [...values.keys()].sort((a, b) => values[a]! - values[b]!);
  return { title: tells ? title : "checkpoint", values, order };
}
