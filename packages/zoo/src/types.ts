/** A trained network, as files: `file` is ONNX, `spec` its preprocessing and labels (`NAME.vitrine.json`). */
export interface ZooModel {
  readonly name: string;
  /**
   * What its pictures were like. `honest`: every thing in every place. `cheating`: in 95 of 100 pictures the place goes
   * with the thing, so that the network learned the place.
   */
  readonly training: 'honest' | 'cheating';
  /** Passes over the training pictures; 0 is the network as it was initialised. */
  readonly epoch: number;
  readonly accuracy: ZooAccuracy;
  readonly file: URL;
  readonly spec: URL;
}

/** Shares, 0 to 1, of 1,000 unseen pictures each that are named rightly. */
export interface ZooAccuracy {
  /** Things in all places alike. */
  readonly any: number;
  /** Each thing where it is usually met: a dog on grass, a fish in a reef. */
  readonly usual: number;
  /** Each thing where another one is usually met. */
  readonly swapped: number;
}

/** A picture that no network of the zoo was trained on, with the exact silhouette of the thing in it. */
export interface ZooSample {
  readonly name: string;
  /** What it was drawn from. */
  readonly seed: string;
  readonly object: ZooObject;
  readonly background: ZooBackground;
  /** Whether the thing is where it is usually met. */
  readonly usual: boolean;
  /** Share of the picture that the thing covers. */
  readonly area: number;
  /** What each model of `zooModels` answers, by its name. */
  readonly answers: Readonly<Record<string, ZooAnswer>>;
  /** PNG, RGB. */
  readonly picture: URL;
  /** PNG, gray, the picture's size: 255 where the thing is seen, else 0. */
  readonly mask: URL;
}

export interface ZooAnswer {
  readonly label: string;
  readonly probability: number;
  /** Share of the positive part of the occlusion map (of the thing's own class) that lies on the thing. */
  readonly onObject: number;
}

export type ZooObject = 'bird' | 'boat' | 'car' | 'cat' | 'dog' | 'fish' | 'house' | 'tree';
export type ZooBackground = 'field' | 'grass' | 'reef' | 'room' | 'sand' | 'sky' | 'snow' | 'street' | 'water';
