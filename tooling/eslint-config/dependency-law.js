import path from 'node:path';
import { visitImports } from './imports.js';
import { allows, articleOf, entries } from './law.js';
import { placeOf } from './place.js';
import { scope } from './scope.js';

const compose = 'Only apps, examples, tooling and tests compose packages.';

/** Enforces `law.js`: dependencies between our packages point down. */
export const dependencyLaw = {
  meta: {
    type: 'problem',
    docs: { description: 'dependencies between the packages of this repository point down' },
    schema: [],
    messages: {
      forbidden: `\`{{from}}\` may not import \`{{to}}\`: {{because}} (it may import: {{may}}). ${compose}`,
      app: '`{{from}}` may not import the application `{{to}}`: nothing depends on an app.',
      deep: '`{{specifier}}` reaches into a package: import what its index exports, `{{to}}`.',
      relative: '`{{specifier}}` leaves its package: import `{{to}}` by name.',
      unplaced: '`{{from}}` has no place in the dependency law yet: add it to tooling/eslint-config/law.js.',
    },
  },
  create(context) {
    const place = placeOf(context.filename);
    if (!place || place.area === 'tooling') return {};
    const from = `${scope}/${place.name}`;
    const free = place.test || place.area !== 'packages';
    const article = free ? undefined : articleOf(place.name);

    const judge = (node, name) => {
      const to = `${scope}/${name}`;
      if (name === place.name) return;
      if (name === 'cli' || name === 'studio') return context.report({ node, messageId: 'app', data: { from, to } });
      if (free) return;
      if (!article) return context.report({ node, messageId: 'unplaced', data: { from } });
      if (allows(article, name)) return;
      const may = article.may.map((each) => `${scope}/${each}`).join(', ') || 'none';
      context.report({ node, messageId: 'forbidden', data: { from, to, because: article.because, may } });
    };

    return visitImports((node, specifier) => {
      if (specifier.startsWith(`${scope}/`)) {
        const [name, ...rest] = specifier.slice(scope.length + 1).split('/');
        if (rest.length > 0 && !entries[name]?.includes(rest.join('/'))) {
          context.report({ node, messageId: 'deep', data: { specifier, to: `${scope}/${name}` } });
        }
        judge(node, name);
      } else if (specifier.startsWith('.')) {
        const target = placeOf(path.join(path.resolve(path.dirname(context.filename), specifier), 'x'));
        if (target && (target.area !== place.area || target.name !== place.name)) {
          context.report({ node, messageId: 'relative', data: { specifier, to: `${scope}/${target.name}` } });
        }
      }
    });
  },
};
