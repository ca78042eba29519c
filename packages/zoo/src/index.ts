/**
 * Tiny trained networks with sample pictures and their ground truth.
 *
 * Everything here is data and addresses: `URL`s that Node reads as files and bundlers turn into assets.
 */
import { zooCheckpoints, zooModels, zooSamples } from './catalogue.js';
import type { ZooModel, ZooSample } from './types.js';

export { zooCheckpoints, zooLabels, zooModels, zooSamples } from './catalogue.js';
export type { ZooAccuracy, ZooAnswer, ZooBackground, ZooModel, ZooObject, ZooSample } from './types.js';

/** A model or checkpoint by its name, or undefined. */
export const findZooModel = (name: string): ZooModel | undefined => [...zooModels, ...zooCheckpoints].find((model) => model.name === name);

/** A sample by its name, or undefined. */
export const findZooSample = (name: string): ZooSample | undefined => zooSamples.find((sample) => sample.name === name);

/** The picture of which both models say the same for different reasons: a dog on grass. */
export const zooDemoSample: ZooSample = zooSamples.find((sample) => sample.object === 'dog' && sample.usual)!;
