#!/usr/bin/env node
import { createPlugin } from "./create.js";
import { parseArguments, usage } from "./arguments.js";
import { CreateError } from "./errors.js";

try {
  const request = parseArguments(process.argv.slice(2));
  if (request === "help") process.stdout.write(`${usage}\n`);
  else {
    const { folder, kind, files } = await createPlugin({ ...request, into: process.cwd() });
    process.stdout.write(
      [`${request.name}: a ${kind}, in ${folder}`, ...files.map((file) => `  ${file}`), "", "Next:", `  cd ${folder}`, "  npm install", "  npm test", "", "README.md says how to use it, and what to change first.", ""].join("\n"),
    );
  }
} catch (error) {
  if (!(error instanceof CreateError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
