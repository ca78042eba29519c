import type { ObjectArtist, ObjectName } from '../types.js';
import { bird } from './bird.js';
import { boat } from './boat.js';
import { car } from './car.js';
import { cat } from './cat.js';
import { dog } from './dog.js';
import { fish } from './fish.js';
import { house } from './house.js';
import { tree } from './tree.js';

export const objectArtists: Readonly<Record<ObjectName, ObjectArtist>> = { bird, boat, car, cat, dog, fish, house, tree };
