import { isBuiltin } from 'node:module';
import { visitImports } from './imports.js';
import { placeOf } from './place.js';

const nodeGlobals = new Set(['Buffer', 'process', '__dirname', '__filename', 'require', 'global', 'setImmediate', 'clearImmediate']);
const nodeLibraries = new Set(['onnxruntime-node', 'sharp', '@resvg/resvg-js', 'pino', 'commander', 'cli-progress']);

/** Everything under packages/ whose name does not end in `-node` runs in a browser. */
export const browserSafe = {
  meta: {
    type: 'problem',
    docs: { description: 'packages that do not end in `-node` run in a browser' },
    schema: [],
    messages: {
      module: '`{{name}}` exists in Node only, and `{{from}}` must run in a browser: {{advice}}',
      global: 'The global `{{name}}` exists in Node only, and `{{from}}` must run in a browser: {{advice}}',
    },
  },
  create(context) {
    const place = placeOf(context.filename);
    const bound = place?.area === 'packages' && place.inner.startsWith('src/') && !place.test && !place.name.endsWith('-node');
    if (!bound) return {};
    const from = `packages/${place.name}`;
    const advice = 'put it into a package whose name ends in `-node`, behind an interface of core.';
    const report = (node, messageId, name) => context.report({ node, messageId, data: { name, from, advice } });

    return {
      ...visitImports((node, specifier) => {
        const library = specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
        if (isBuiltin(specifier) || nodeLibraries.has(library)) report(node, 'module', specifier);
      }),
      MemberExpression(node) {
        if (node.object.type !== 'Identifier' || node.object.name !== 'globalThis') return;
        const name = node.computed ? node.property.value : node.property.name;
        if (nodeGlobals.has(name)) report(node, 'global', name);
      },
      'Program:exit'(program) {
        for (const { identifier, resolved } of context.sourceCode.getScope(program).through) {
          if (!resolved && nodeGlobals.has(identifier.name)) report(identifier, 'global', identifier.name);
        }
        // Globals that a configuration declares count as resolved: they stand in the global scope without a definition.
        for (const variable of context.sourceCode.getScope(program).variables) {
          if (variable.defs.length > 0 || !nodeGlobals.has(variable.name)) continue;
          for (const { identifier } of variable.references) report(identifier, 'global', variable.name);
        }
      },
    };
  },
};
