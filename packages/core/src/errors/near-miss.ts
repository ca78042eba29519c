/** Optimal string alignment distance (insertions, deletions, substitutions, neighbouring swaps), case ignored. */
export function editDistance(a: string, b: string): number {
  const s = a.toLowerCase();
  const t = b.toLowerCase();
  let before: number[] = [];
  let previous = Array.from({ length: t.length + 1 }, (_, j) => j);
  for (let i = 1; i <= s.length; i++) {
    const row = [i];
    for (let j = 1; j <= t.length; j++) {
      const substitution = previous[j - 1]! + (s[i - 1] === t[j - 1] ? 0 : 1);
      let best = Math.min(substitution, previous[j]! + 1, row[j - 1]! + 1);
      if (i > 1 && j > 1 && s[i - 1] === t[j - 2] && s[i - 2] === t[j - 1]) best = Math.min(best, before[j - 2]! + 1);
      row.push(best);
    }
    before = previous;
    previous = row;
  }
  return previous[t.length]!;
}

/** The few candidates that somebody who typed `word` may have meant, nearest first; a candidate that ends or begins with it counts as near. */
export function nearMisses(word: string, candidates: Iterable<string>, most = 3): string[] {
  const limit = Math.max(1, Math.floor(word.length / 3));
  const lower = word.toLowerCase();
  const scored: { candidate: string; score: number }[] = [];
  for (const candidate of new Set(candidates)) {
    // Very long names are a model's own and never typed; comparing them would cost their product.
    if (candidate.length > 256 || word.length > 256) continue;
    const other = candidate.toLowerCase();
    const contains = lower.length >= 3 && (other.endsWith(lower) || other.startsWith(lower));
    const distance = contains ? 0.5 : editDistance(word, candidate);
    if (contains || distance <= limit) scored.push({ candidate, score: distance });
  }
  return scored.sort((a, b) => a.score - b.score).slice(0, most).map((entry) => entry.candidate);
}

/** "did you mean `a`?", or undefined where nothing is near. */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  const near = nearMisses(word, candidates).map((name) => `\`${name}\``);
  if (near.length === 0) return undefined;
  return `Did you mean ${near.length === 1 ? near[0] : `${near.slice(0, -1).join(", ")} or ${near.at(-1)}`}?`;
}
