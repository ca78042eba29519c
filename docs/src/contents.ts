/** The pages of words, in the order of the navigation: file under `pages/` without its ending, grouped by what a reader wants. */
export const contents: readonly { readonly title: string; readonly pages: readonly string[] }[] = [
  { title: "Use it", pages: ["start", "own-model", "tensorflow-js", "runtimes", "targets", "sets", "checkpoints", "watch-training", "report", "what-it-tells"] },
  { title: "Extend it", pages: ["write-a-method", "write-a-runtime", "write-a-format", "write-a-view", "write-a-backward-rule", "publish"] },
];
