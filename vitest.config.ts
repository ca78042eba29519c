import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { playwright } from '@vitest/browser-playwright';
import { defaultClientConditions, defaultServerConditions } from 'vite';
import { defineConfig } from 'vitest/config';

/** Packages are tested from their sources: no build comes first. */
const conditions = ['vitrine-source', ...defaultServerConditions];

const everywhere = ['packages/*', 'apps/*', 'tooling/*', 'docs'];
/** The `.test.js` of examples are a stranger's own: `node --test` runs them, outside the workspace (tooling/strangers). */
const files = (suffix: string): string[] => [...everywhere.map((folder) => `${folder}/**/*${suffix}.test.{ts,js}`), `examples/*/**/*${suffix}.test.ts`];
const never = ['**/node_modules/**', '**/dist/**', '**/templates/**'];
const conformance = 'tooling/conformance/**';

/** Milliseconds: a hang is to be found, not a busy machine. */
const patience = 60_000;

/** The browser for tests that need one, on a software GPU unless VITRINE_GPU=hardware. */
const chromium = {
  executablePath: ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync),
  args: [
    '--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--enable-unsafe-webgpu',
    ...(process.env['VITRINE_GPU'] === 'hardware' ? [] : ['--use-webgpu-adapter=swiftshader', '--use-angle=swiftshader', '--enable-unsafe-swiftshader']),
  ],
};
if (chromium.executablePath === undefined && process.argv.includes('browser')) console.warn('SKIPPED: the browser tests. There is no chromium here (Debian: apt-get install chromium).');

/** A test's tier is in its file name; a project is one tier. */
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: false } },
  test: {
    environment: 'node',
    // One less than there are processors, as is usual, would be one of two: natives wait much, and leave the other idle.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: files(''),
          exclude: [...never, conformance, '**/*.{node,slow,gpu,browser}.test.{ts,js}'],
          // What needs nothing of a machine leaves nothing behind in it: to load all modules anew for each file took half of the time.
          isolate: false,
          testTimeout: patience,
        },
      },
      {
        extends: true,
        test: { name: 'node', include: files('.node'), exclude: [...never, conformance], testTimeout: patience },
      },
      {
        extends: true,
        test: { name: 'slow', include: files('.slow'), exclude: [...never, conformance], testTimeout: 300_000 },
      },
      {
        extends: true,
        test: { name: 'gpu', include: files('.gpu'), exclude: [...never, conformance], testTimeout: 300_000 },
      },
      {
        extends: true,
        resolve: { conditions: ['vitrine-source', ...defaultClientConditions] },
        test: {
          name: 'browser',
          include: chromium.executablePath === undefined ? [] : files('.browser'),
          exclude: [...never, conformance],
          testTimeout: 300_000,
          fileParallelism: false,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({ launchOptions: { args: chromium.args, ...(chromium.executablePath && { executablePath: chromium.executablePath }) } }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
      {
        extends: true,
        test: { name: 'conformance', include: [`${conformance}/*.test.ts`], exclude: never, testTimeout: 300_000, provide: { chromium } },
      },
    ],
  },
});
