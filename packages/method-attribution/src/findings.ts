import {
  float32, positionMap, positionView, samplePicture, silenceNotice, silentSamples,
  type Explained, type Fact, type Findings, type FindingTensor, type PositionAxes, type PositionReduction, type Tensor, type View,
} from "@vitrine/core";

/** More samples than these are in the tensors only. */
const drawnSamples = 8;

/** What a method found, before it is drawn. */
export interface Attributed {
  readonly explained: readonly Explained[];
  /** By graph value, of the shape of what is explained, unless `axes` says otherwise. */
  readonly attributions: ReadonlyMap<string, Tensor>;
  /** The axes of the attributions, where they are not those of what is explained. */
  readonly axes?: PositionAxes;
  /** What the pictures are made of, by graph value; default: the attributions. */
  readonly drawn?: ReadonlyMap<string, Tensor>;
  /** The graph value that the attributions belong to, where it is not the one explained. */
  readonly value?: string;
  /** What an element is, in words. */
  readonly meaning: string;
  /** Of the targets, one per sample. */
  readonly titles: readonly string[];
  /** [samples] */
  readonly scores: ArrayLike<number>;
  /** How the channels of a position become one number, in the picture. */
  readonly reduction: PositionReduction;
  readonly signed: boolean;
  readonly unit: string;
  readonly outliers: number;
  /** Under every picture: what it shows, and what it cannot tell. */
  readonly caption: string;
  readonly title: (target: string) => string;
  readonly facts?: Readonly<Record<string, Fact>>;
  readonly notices?: readonly string[];
  /** What to say of samples whose attribution is zero everywhere, where that does not mean a gradient of zero. */
  readonly silence?: (target: string) => string;
}

/** The findings of an attribution: `attribution`, `attribution/NAME` for further inputs, and a picture of each sample. */
export function findingsOf(found: Attributed): Findings {
  const tensors: Record<string, FindingTensor> = {};
  const views: View[] = [];
  const notices = [...(found.notices ?? [])];
  const samples = found.titles.length;
  found.explained.forEach((explained, index) => {
    const tensor = found.attributions.get(explained.value)!;
    tensors[index === 0 ? "attribution" : `attribution/${explained.name}`] = { tensor, meaning: found.meaning, value: found.value ?? explained.value };
    const silence = silenceOf(found, explained, tensor);
    if (silence !== undefined) notices.push(silence);
  });
  for (let sample = 0; sample < Math.min(samples, drawnSamples); sample++) {
    found.explained.forEach((explained, index) => {
      const suffix = `${index === 0 ? "" : `/${explained.name}`}${samples === 1 ? "" : `/${sample}`}`;
      const put = (name: string, tensor: Tensor, meaning: string): string => {
        tensors[`${name}${suffix}`] = { tensor, meaning, value: found.value ?? explained.value };
        return `${name}${suffix}`;
      };
      views.push(viewOf(found, explained, sample, put));
    });
  }
  if (samples > drawnSamples) notices.push(`Pictures are drawn of the first ${drawnSamples} of ${samples} samples; the tensors hold all.`);
  const scores = Array.from(found.scores);
  return {
    tensors,
    facts: { score: samples === 1 ? scores[0]! : scores, wrt: found.explained.map(({ name }) => name), ...found.facts },
    views,
    ...(notices.length > 0 && { notices }),
  };
}

function silenceOf(found: Attributed, explained: Explained, tensor: Tensor): string | undefined {
  const { batchAxis } = found.axes ?? explained;
  if (!found.silence) return silenceNotice(tensor, batchAxis, found.titles, explained.name);
  const silent = silentSamples(tensor, batchAxis);
  if (silent.length === 0) return undefined;
  return `${found.titles.length === 1 ? "" : `Sample ${silent.join(", ")}: `}${found.silence(found.titles[silent[0]!]!)}`;
}

function viewOf(found: Attributed, explained: Explained, sample: number, put: (name: string, tensor: Tensor, meaning: string) => string): View {
  const map = positionMap((found.drawn ?? found.attributions).get(explained.value)!, found.axes ?? explained, sample, found.reduction);
  const key = put("map", map.tensor, `${found.unit} per position`);
  const xKey = map.kind === "series" ? put("map/position", float32([map.tensor.data.length], map.tensor.data.map((_, i) => i)), "position") : key;
  const clean = map.kind === "map" && explained.input ? samplePicture(explained.input, explained.batchAxis, sample) : undefined;
  const picture = clean && put("picture", clean, "the input as the network gets it, as a picture");
  const title = found.title(found.titles[sample]!);
  const places = map.kind === "series" ? `position in ${explained.name}` : explained.name;
  const options = { unit: found.unit, signed: found.signed, outliers: found.outliers, places, over: picture };
  if (found.signed && picture !== undefined) {
    const inner = positionView(map, key, xKey, { ...options, title: "For it, and against it" });
    return { kind: "side-by-side", title, caption: found.caption, group: "attribution", views: [{ kind: "image", title: "What the network gets", tensor: picture }, inner] };
  }
  return positionView(map, key, xKey, { ...options, title, caption: found.caption, group: "attribution" });
}
