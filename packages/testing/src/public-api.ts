/**
 * What a package exports at run time, sorted: `['createEngine: function', …]`.
 * A snapshot of it makes every change of a public API a line in a diff.
 */
export function exportedNames(module: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(module)
    .sort()
    .map((name) => `${name}: ${typeof module[name]}`);
}
