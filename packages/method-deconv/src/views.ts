import { float32, positionMap, positionView, samplePicture, type Explained, type FindingTensor, type Tensor, type View } from "@vitrine/core";
import { gammaOf, type DeconvParameters } from "./parameters.js";
import { projectionPicture } from "./pictures.js";
import { rules } from "./rules.js";
import { honest } from "./words.js";

/** More samples than these are in the tensors only. */
export const drawnSamples = 8;

interface Drawing {
  readonly explained: readonly Explained[];
  readonly gradients: ReadonlyMap<string, Tensor>;
  readonly titles: readonly string[];
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

function viewsOf({ gradients, titles, params }: Drawing, explained: Explained, sample: number, put: Put): View[] {
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
    return [
      {
        kind: "side-by-side", title, caption, group: "projection",
        views: [{ kind: "image", title: "What the network gets", tensor: picture }, { kind: "image", title: `${rules[params.rule].title}, ${filterWords[params.show]}${gamma < 1 ? ", faint parts lifted" : ""}`, tensor: shown }],
      },
      positionView(map, norm, norm, { title: "Where the projection is strong", group: "projection", unit: "norm over channels", signed: false, over: picture, outliers: params.outliers, places: "" }),
    ];
  }
  // What is no picture keeps its signs: per position the number farthest from zero.
  const map = positionMap(gradient, explained, sample, "max-abs");
  const key = put("map/strongest", map.tensor, "the projection per position: of its channels the number farthest from zero");
  const xKey = map.kind === "series" ? put("map/position", float32([map.tensor.data.length], map.tensor.data.map((_, i) => i)), "position") : key;
  const places = map.kind === "series" ? `position in ${explained.name}` : explained.name;
  return [positionView(map, key, xKey, { title, caption, group: "projection", unit: "projection", signed: true, outliers: params.outliers, places })];
}

const filterWords = { raw: "grey is zero", gray: "mean of channels, grey is zero", norm: "norm of channels", normblur: "norm of channels, blurred" } as const;
