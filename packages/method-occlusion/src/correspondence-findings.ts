import { float32, type FindingTensor, type Findings, type Layer, type View } from "@vitrine/core";
import type { Box } from "./boxes.js";
import type { ImageSet } from "./correspondence-images.js";
import { pixels } from "./pictures.js";
import { gather } from "./rows.js";

export interface Corresponding {
  readonly images: ImageSet;
  /** [parts][images] */
  readonly parts: readonly (readonly Box[])[];
  readonly names: readonly string[];
  readonly layers: readonly Layer[];
  readonly fill: string;
  /** [layers][parts] */
  readonly distance: readonly (readonly number[])[];
  /** [layers][draws] */
  readonly random: readonly (readonly number[])[];
  readonly forwardPasses: number;
  readonly seconds: number;
}

/** More images than these are not drawn. */
const drawnImages = 8;

const mean = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;
const deviation = (values: readonly number[]): number => Math.sqrt(mean(values.map((x) => (x - mean(values)) ** 2)));
const digits = (value: number): string => value.toFixed(3);

export function correspondenceFindings(found: Corresponding): Findings {
  const { images, names, layers, distance, random } = found;
  const tensors: Record<string, FindingTensor> = {
    distance: { tensor: float32([layers.length, names.length], distance.flat()), meaning: "mean over pairs of images of the share of features whose sign of change differs, per layer and part", axes: ["layer", "part"] },
    randomDistance: { tensor: float32([layers.length, random[0]!.length], random.flat()), meaning: "the same for parts of the same size anywhere in each image", axes: ["layer", "draw"] },
  };
  const views: View[] = [...pictureViews(found, tensors), table(found)];
  return {
    tensors,
    facts: {
      summary: layers.map((layer, i) => sentence(layer, names, distance[i]!, random[i]!, images.count)),
      layers: layers.map(({ name }) => name),
      parts: names,
      distance,
      randomMean: random.map(mean),
      randomDeviation: random.map(deviation),
      images: images.count,
      baseline: found.fill,
      forwardPasses: found.forwardPasses,
      seconds: Math.round(found.seconds * 1e4) / 1e4,
    },
    views,
  };
}

function sentence(layer: Layer, names: readonly string[], distances: readonly number[], random: readonly number[], images: number): string {
  const chance = `${digits(mean(random))} ± ${digits(deviation(random))} for random parts`;
  const best = distances.indexOf(Math.min(...distances));
  const alike = distances[best]! < mean(random) - deviation(random) ? "changes the features alike" : "changes the features no more alike than chance";
  return `At ${layer.name}, hiding ${names[best]!} in ${images} images ${alike}: ${digits(distances[best]!)} against ${chance}.`;
}

function table({ names, layers, distance, random }: Corresponding): View {
  return {
    kind: "table", title: "How differently the features change when a part is hidden", group: "correspondence",
    caption: "Share of features whose sign of change differs between two images, averaged over all pairs: lower is more alike (Zeiler & Fergus 2014, section 4.3). It tells nothing about what the network calls the part.",
    columns: [{ title: "hidden" }, ...layers.map(({ name }) => ({ title: name, numeric: true, digits: 3 }))],
    rows: [
      ...names.map((name, part): [string, ...number[]] => [name, ...distance.map((ofLayer) => ofLayer[part]!)]),
      ["random parts, mean", ...random.map(mean)],
      ["random parts, deviation", ...random.map(deviation)],
    ],
  };
}

function pictureViews({ images, parts, names }: Corresponding, tensors: Record<string, FindingTensor>): View[] {
  const { toPictures } = images.pictures;
  if (!toPictures) return [];
  const views = Array.from({ length: Math.min(images.count, drawnImages) }, (_, image): View => {
    const key = `picture/${image}`;
    tensors[key] = { tensor: pixels(toPictures(gather(images.pictures.tensor, images.batchAxis, [image]))[0]!), meaning: `image ${image + 1} as the network gets it` };
    return { kind: "image", title: `Image ${image + 1}`, tensor: key, outlines: parts.map((boxes, part) => ({ box: boxes[image]!, label: names[part]! })) };
  });
  return [{ kind: "side-by-side", title: "The parts that were hidden", group: "correspondence", views }];
}
