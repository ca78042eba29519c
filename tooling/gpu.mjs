// Runs the tests in *.gpu.test.ts. Without a GPU they run on SwiftShader, which Debian's package `chromium` brings.
// VITRINE_GPU=hardware uses the GPU of this machine.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const drivers = ['/usr/lib/chromium/vk_swiftshader_icd.json', '/usr/share/chromium/vk_swiftshader_icd.json'];
const env = { ...process.env };
if (env.VITRINE_GPU === 'hardware') {
  console.log("GPU tests: this machine's own adapter");
} else {
  env.VK_ICD_FILENAMES ??= drivers.find((file) => existsSync(file));
  if (!env.VK_ICD_FILENAMES) {
    console.error(
      'GPU tests need an adapter: install chromium (`apt install chromium`) for its software one, ' +
        'set VK_ICD_FILENAMES to a Vulkan driver, or VITRINE_GPU=hardware.',
    );
    process.exit(1);
  }
  console.log(`GPU tests: ${env.VK_ICD_FILENAMES}`);
}

const vitest = path.join(path.dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
const ran = spawnSync(process.execPath, [vitest, 'run', '--project', 'gpu', ...process.argv.slice(2)], { stdio: 'inherit', env });
process.exit(ran.status ?? 1);
