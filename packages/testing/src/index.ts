export { exportedNames } from './public-api.js';
export { createReferenceRuntime, referenceRuntime, type ReferenceOptions } from './reference/runtime.js';
