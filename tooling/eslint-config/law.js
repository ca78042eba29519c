/**
 * The dependency law: which packages of ours each package may import.
 * The first pattern that matches a package's name counts. A `*` stands for any rest of a name.
 */
export const law = [
  { who: 'core', may: [], because: 'core imports no other package of ours' },
  { who: 'autodiff', may: ['core'], because: 'differentiation rewrites graphs of core and knows nothing else' },
  { who: 'testing', may: ['core'], because: 'what tests a package must not depend on it' },
  { who: 'method-*', may: ['core', 'autodiff'], because: 'a method never imports a runtime, a format or another method' },
  { who: 'runtime-*', may: ['core', 'format-*'], because: 'a runtime never imports a method or another runtime' },
  { who: 'format-*', may: ['core'], because: 'a format reads files into graphs of core and knows nothing else' },
  { who: 'image-*', may: ['core', 'image'], because: 'a codec feeds the pure image functions' },
  { who: 'image', may: ['core'], because: 'the image functions are pure' },
  { who: 'files-*', may: ['core'], because: 'storage knows models and findings only' },
  { who: 'render-*', may: ['core', 'render'], because: 'a rasteriser draws what render describes' },
  { who: 'render', may: ['core'], because: 'a renderer knows views, not the methods that made them' },
  { who: 'diff', may: ['core'], because: 'it compares models on whatever runtimes they are' },
  { who: 'watch', may: ['core', 'format-tfjs', 'runtime-tfjs', 'method-activation', 'method-weights'], because: 'a callback of TensorFlow.js is handed no engine, so this one composes its own: nothing of ours may import it' },
  { who: 'report', may: ['core', 'render'], because: 'a page is made of findings, whoever found them' },
  { who: 'zoo', may: ['core'], because: 'the zoo is data' },
];

const matches = (pattern, name) =>
  pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : pattern === name;

export const articleOf = (name) => law.find(({ who }) => matches(who, name));

export const allows = (article, name) => article.may.some((pattern) => matches(pattern, name));

/** The further entries of our packages, beside their index: `@vitrine/testing/vitest`. */
export const entries = { testing: ['vitest'] };
