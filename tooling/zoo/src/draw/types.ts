import type { Colour } from './colour.js';
import type { Kit, Svg } from './svg.js';

/** The eight things, in the order of the network's outputs. */
export const OBJECTS = ['bird', 'boat', 'car', 'cat', 'dog', 'fish', 'house', 'tree'] as const;
export type ObjectName = (typeof OBJECTS)[number];

export const SCENES = ['field', 'grass', 'reef', 'room', 'sand', 'sky', 'snow', 'street', 'water'] as const;
export type SceneName = (typeof SCENES)[number];

/** Where each thing is usually met. The cheating network's training pictures keep to this in 95 of 100 cases. */
export const USUAL: Readonly<Record<ObjectName, SceneName>> = {
  bird: 'sky',
  boat: 'water',
  car: 'street',
  cat: 'room',
  dog: 'grass',
  fish: 'reef',
  house: 'snow',
  tree: 'field',
};

/** An object, drawn about 100 units wide, centred on x = 0 and standing on y = 0; up is negative. */
export interface Drawing {
  readonly art: Svg;
  /** How tall it is, in the same units. */
  readonly height: number;
}

/** How things are in a scene: standing on the ground, floating anywhere, or half in water. */
export type Stance = 'stand' | 'float' | 'swim';

/** Draws one kind of object. It avoids `behind`, the colours of the scene, so that it can be seen. */
export type ObjectArtist = (kit: Kit, behind: readonly Colour[], stance: Stance) => Drawing;

/** A scene of 128 × 128 units, in layers. */
export interface Backdrop {
  readonly back: Svg;
  /** Drawn over the object: grass before its paws, snow in the air. */
  readonly front: (foot: Footing) => Svg;
  /** Dominant colours where an object would be. */
  readonly tones: readonly Colour[];
  readonly stance: Stance;
  /** Topmost y of the ground or water, where things stand. */
  readonly horizon: number;
  /** Colour of the shadow on the ground. */
  readonly shadow?: Colour;
}

/** Where the object stands, for what has to be drawn before its feet. */
export interface Footing {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

export type SceneArtist = (kit: Kit) => Backdrop;
