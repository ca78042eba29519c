import { boxWords, float32, positionMap, positionView, samplePicture, type Explained, type FindingTensor, type Tensor, type View } from "@vitrine/core";
import { gammaOf, type DeconvParameters } from "./parameters.js";
import { projectionPicture } from "./pictures.js";
import { cropOf, cropped, type Crop, type Place } from "./place.js";
import { rules } from "./rules.js";
import { honest } from "./words.js";

/** More samples than these are in the tensors only. */
export const drawnSamples = 8;

interface Drawing {
  readonly explained: readonly Explained[];
  readonly gradients: ReadonlyMap<string, Tensor>;
  readonly titles: readonly string[];
  /** Where each sample's target looks at a layer, if that is one place. */
  readonly places: readonly (Place | undefined)[];
  readonly params: DeconvParameters;
}

/** The pictures of the findings, with the tensors that only they need. */
export function draw(drawing: Drawing): { readonly views: readonly View[]; readonly tensors: Readonly<Record<string, FindingTensor>> } {
  const views: View[] = [];
  const tensors: Record<string, FindingTensor> = {};
  const { titles, explained } = drawing;
  for (let sample = 0; sample < Math.min(titles.length, drawnSamples); sample++) {
    explained.forEach((each, index) => {
      const suffix = `${index === 0 ? "" : `/${each.name}`}${titles.length === 1 ? "" : `/${sample}`}`;
      const put = (name: string, tensor: Tensor, meaning: string): string => {
        tensors[`${name}${suffix}`] = { tensor, meaning, value: each.value };
        return `${name}${suffix}`;
      };
      views.push(...viewsOf(drawing, each, sample, put));
    });
  }
  return { views, tensors };
}

type Put = (name: string, tensor: Tensor, meaning: string) => string;

function viewsOf({ gradients, titles, places, params }: Drawing, explained: Explained, sample: number, put: Put): View[] {
  const gradient = gradients.get(explained.value)!;
  const title = `What ${titles[sample]!} responds to`;
  const caption = honest[params.rule];
  const gamma = gammaOf(params);
  const clean = explained.input && samplePicture(explained.input, explained.batchAxis, sample);
  const projection = projectionPicture(explained, gradient, sample, params.show, params.outliers, gamma);
  if (clean && projection) {
    const picture = put("picture", clean, "the input as the network gets it, as a picture");
    const shown = put("projection", projection, `the ${rules[params.rule].title} projection, display filter ${params.show}, γ ${gamma}`);
    const map = positionMap(gradient, explained, sample, "norm");
    const norm = put("map/norm", map.tensor, "norm of the projection over channels, per position");
    const shownTitle = `${rules[params.rule].title}, ${filterWords[params.show]}${gamma < 1 ? ", faint parts lifted" : ""}`;
    const place = places[sample];
    const crop = place && cropOf(place, explained, gradient, sample);
    const lead = { kind: "side-by-side", title, caption: crop ? `${caption} ${cropWords(crop, place)}` : caption, group: "projection" } as const;
    const whole = { kind: "image", title: "What the network gets", tensor: picture } as const;
    return [
      crop
        ? {
            ...lead,
            views: [
              { ...whole, outlines: [outlineOf(crop, { start: [0, 0] })] },
              { kind: "image", title: "There, enlarged", tensor: put("crop/picture", cropped(clean, crop.drawn), "the part of the input around what the unit sees"), outlines: [outlineOf(crop, crop.drawn)] },
              { kind: "image", title: shownTitle, tensor: put("crop/projection", cropped(projection, crop.drawn), "the same part of the projection"), outlines: [outlineOf(crop, crop.drawn)] },
            ],
          }
        : { ...lead, views: [whole, { kind: "image", title: shownTitle, tensor: shown }] },
      positionView(map, norm, norm, { title: "Where the projection is strong", group: "projection", unit: "norm over channels", signed: false, over: picture, outliers: params.outliers, places: "" }),
    ];
  }
  // What is no picture keeps its signs: per position the number farthest from zero.
  const map = positionMap(gradient, explained, sample, "max-abs");
  const key = put("map/strongest", map.tensor, "the projection per position: of its channels the number farthest from zero");
  const xKey = map.kind === "series" ? put("map/position", float32([map.tensor.data.length], map.tensor.data.map((_, i) => i)), "position") : key;
  const axis = map.kind === "series" ? `position in ${explained.name}` : explained.name;
  return [positionView(map, key, xKey, { title, caption, group: "projection", unit: "projection", signed: true, outliers: params.outliers, places: axis })];
}

/** What the unit sees, on a picture whose first row and column are `start`. */
function outlineOf({ field }: Crop, { start }: { readonly start: readonly number[] }): { readonly box: readonly [number, number, number, number]; readonly label: string } {
  return { box: [field.start[0]! - start[0]!, field.start[1]! - start[1]!, field.size[0]!, field.size[1]!], label: "receptive field" };
}

/** What is drawn of the input, and whether that is all. */
function cropWords({ field, drawn, share }: Crop, { position }: Place): string {
  const rest = share > 0.9995 ? "" : ` ${Math.floor(1000 * share) / 10} % of the projection lies there; the rest reaches the unit by ways that see all of the input.`;
  return `From ${position.join(", ")} the unit sees ${boxWords(field)} of the input (outlined); drawn with a margin: ${boxWords(drawn)}.${rest}`;
}

const filterWords = { raw: "grey is zero", gray: "mean of channels, grey is zero", norm: "norm of channels", normblur: "norm of channels, blurred" } as const;
