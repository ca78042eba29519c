import type { SceneArtist, SceneName } from '../types.js';
import { field } from './field.js';
import { grass } from './grass.js';
import { reef } from './reef.js';
import { room } from './room.js';
import { sand } from './sand.js';
import { sky } from './sky.js';
import { snow } from './snow.js';
import { street } from './street.js';
import { water } from './water.js';

export const sceneArtists: Readonly<Record<SceneName, SceneArtist>> = { field, grass, reef, room, sand, sky, snow, street, water };
