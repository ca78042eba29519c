export { exportedNames } from './public-api.js';
