/** Longest name that is given, without counter and ending; file systems take 255 bytes. */
const maxLength = 120;

/** Names that Windows keeps for devices, whatever their ending. */
const reserved = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** A key of a tensor (`activation/layer2.0.conv1`, a model's own names, anything) as the stem of a file's name: letters, digits, `.`, `_`, `-`. */
export function stemOf(key: string): string {
  const plain = key.slice(0, maxLength).replaceAll("/", ".").replace(/[^A-Za-z0-9._-]/g, "_");
  return plain === "" || reserved.test(plain) || /^[.-]/.test(plain) ? `_${plain}` : plain;
}

/**
 * Gives names of files, none twice, also where upper and lower case are the same. Keys come from model files and are not trusted:
 * no name leaves the folder, is hidden, or is longer than file systems take.
 */
export class FileNames {
  readonly #taken = new Set<string>();
  readonly #next = new Map<string, number>();

  /** @param ending with its dot: `.npy` */
  give(key: string, ending: string): string {
    const stem = stemOf(key);
    for (;;) {
      const slot = `${stem}${ending}`.toLowerCase();
      const count = this.#next.get(slot) ?? 1;
      this.#next.set(slot, count + 1);
      const name = `${stem}${count === 1 ? "" : `-${count}`}${ending}`;
      if (this.#taken.has(name.toLowerCase())) continue;
      this.#taken.add(name.toLowerCase());
      return name;
    }
  }
}
