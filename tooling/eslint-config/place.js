import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const testFile = /\.test\.[jt]sx?$|(^|\/)(test|tests|__tests__)\//;

/**
 * Where a file stands: `{ area: 'packages', name: 'core', test: false, inner: 'src/index.ts' }`.
 * `undefined` for a file of the root or outside the repository.
 */
export function placeOf(file) {
  const relative = path.relative(root, file).split(path.sep).join('/');
  const found = /^(packages|apps|examples|tooling)\/([^/]+)\/(.+)$/.exec(relative);
  if (!found) return undefined;
  const [, area, name, inner] = found;
  return { area, name, inner, test: testFile.test(inner) };
}
