import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe } from 'vitest';

/** The reference data and real models live beside the repository: they are large and not ours. */
const shared = process.env['VITRINE_SHARED'] ?? fileURLToPath(new URL('../../../../shared/', import.meta.url));

/** `describe` over a folder of the shared data; where it is missing, the suite is skipped and says what it wanted. */
export function describeShared(folder: 'conformance' | 'models', title: string, suite: (at: string) => void): void {
  const at = path.join(shared, folder);
  if (existsSync(at)) {
    describe(title, () => {
      suite(at);
    });
  } else {
    console.warn(`SKIPPED: ${title}. It needs ${at} (VITRINE_SHARED names another folder).`);
    describe.skip(`${title} (needs ${at})`, () => {
      suite(at);
    });
  }
}
