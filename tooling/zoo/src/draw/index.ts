/** Pictures of eight things in nine places, each with the exact silhouette of the thing: drawn from a seed, by code. */
export { drawPicture, paint, silhouette, type Picture } from './raster.js';
export { drawScene, type Scene, type SceneRequest } from './scene.js';
export { OBJECTS, SCENES, USUAL, type ObjectName, type SceneName } from './types.js';
