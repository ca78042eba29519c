export { default } from '@vitrine/eslint-config';
