import js from '@eslint/js';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';
import { browserSafe } from './browser-safe.js';
import { dependencyLaw } from './dependency-law.js';

const sources = ['**/*.{ts,tsx,js,mjs}'];
const typescript = ['**/*.{ts,tsx}'];
const tests = ['**/*.test.{ts,tsx,js}'];
const root = new URL('../../', import.meta.url).pathname;

/** The rules of our own, as a plugin. */
export const vitrine = { rules: { 'dependency-law': dependencyLaw, 'browser-safe': browserSafe } };

export default defineConfig(
  { ignores: ['**/dist/', '**/coverage/', '**/*_pb.ts', '**/*_pb.js', '**/assets/', '**/vitrine-out/', 'docs/site/', 'docs/.samples/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: sources,
    extends: [js.configs.recommended],
    plugins: { vitrine },
    rules: {
      'vitrine/dependency-law': 'error',
      'vitrine/browser-safe': 'error',
      'no-undef': 'off', // TypeScript's work; in plain files of ours, the tests'
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'prefer-const': 'error',
      'max-lines': ['warn', { max: 400 }],
    },
  },
  {
    files: typescript,
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: { allowDefaultProject: ['vitest.config.ts'] }, tsconfigRootDir: root } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true, allowArray: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // Our interfaces describe plain objects of functions: taking one out of its object is common, and safe.
      '@typescript-eslint/unbound-method': 'off',
      // TypeScript 6, which the linter asks, and 7, which we compile with, do not always agree here.
      '@typescript-eslint/no-unnecessary-type-assertion': 'off',
      // An async generator that happens not to wait is still the shape that a method has.
      '@typescript-eslint/require-await': 'off',
    },
  },
  { files: ['packages/*/src/**'], ignores: tests, rules: { 'no-console': 'error' } },
  { files: tests, rules: { 'max-lines': 'off' } },
);
