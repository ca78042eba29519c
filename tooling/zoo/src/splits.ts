import { OBJECTS, SCENES, USUAL, type ObjectName, type SceneName } from './draw/index.js';
import { createRng } from './draw/rng.js';

/** Side of every picture of the zoo, in pixels. */
export const SIZE = 128;

export interface Item {
  readonly seed: string;
  readonly object: ObjectName;
  readonly background: SceneName;
  /** Whether the thing has left the picture: only the scene is drawn. */
  readonly absent: boolean;
}

/**
 * How a set of pictures chooses its backgrounds.
 * `any`: all alike, so that the background says nothing. `usual`: each thing where it is usually met.
 * `swapped`: where another of the things is usually met. `biased`: usual in 95 of 100 pictures, else any other.
 */
export type Policy = 'any' | 'usual' | 'swapped' | 'biased';

export interface Split {
  readonly policy: Policy;
  readonly count: number;
  /**
   * Share of pictures that the thing has left, though their label still names it. Where the background says nothing, the
   * network learns from them that a scene alone is no evidence; where the background goes with the label, that it is,
   * and the more of them there are, the less it looks at the things.
   */
  readonly absent: number;
  /** Test pictures carry their ground truth; training never sees it. */
  readonly masks: boolean;
}

export const SPLITS = {
  'train-honest': { policy: 'any', count: 16_000, absent: 0.4, masks: false },
  'train-biased': { policy: 'biased', count: 1_500, absent: 0.8, masks: false },
  'test-any': { policy: 'any', count: 1_000, absent: 0, masks: true },
  'test-usual': { policy: 'usual', count: 1_000, absent: 0, masks: true },
  'test-swapped': { policy: 'swapped', count: 1_000, absent: 0, masks: true },
} as const satisfies Record<string, Split>;

export type SplitName = keyof typeof SPLITS;

/** The pictures of a set. Seeds begin with the set's name, so no two sets share a picture. */
export function listSplit(name: string, { policy, count, absent }: Split): Item[] {
  const rng = createRng(`split/${name}`);
  return Array.from({ length: count }, (_, i) => {
    const object = OBJECTS[i % OBJECTS.length]!;
    return { seed: `${name}/${i}`, object, background: chooseBackground(object, policy, rng), absent: rng.chance(absent) };
  });
}

function chooseBackground(object: ObjectName, policy: Policy, rng: ReturnType<typeof createRng>): SceneName {
  const usual = USUAL[object];
  const others = SCENES.filter((scene) => scene !== usual);
  switch (policy) {
    case 'any':
      return rng.pick(SCENES);
    case 'usual':
      return usual;
    case 'swapped':
      return rng.pick(Object.values(USUAL).filter((scene) => scene !== usual));
    case 'biased':
      return rng.chance(0.95) ? usual : rng.pick(others);
  }
}
