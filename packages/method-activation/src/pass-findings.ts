import { boxWords, layerAxisNames, layerExtent, orNull, type Fact, type Findings, type FindingTensor, type Job, type View } from "@vitrine/core";
import { readAnswer, type Answer, type Capture } from "./capture.js";
import { inputPicture } from "./input-picture.js";
import { answerBars, answerSentence, layersGroup, layerView, nearlyTheSame, strongestUnits, type GridOptions } from "./layer-views.js";
import { measuresOf, sparsitySentence, sparsityViews } from "./sparsity-views.js";
import { asTensor, meanOf, ofSample, rangeOf, statisticNames, type LayerStatistics } from "./statistics.js";
import { boxOf, strongestTable, unitView, type WantedUnit } from "./unit-views.js";
import { listedUnits } from "./words.js";

/** What is shown of a forward pass. */
export interface PassOptions extends GridOptions {
  readonly sample: number;
  readonly top: number;
  readonly below: number | undefined;
  /** With the layers that they are of. */
  readonly units: readonly { readonly wanted: WantedUnit; readonly value: string }[];
}

/** Everything that one forward pass shows. */
export function passFindings(job: Job, pass: Capture, options: PassOptions): Findings {
  const { sample, below } = options;
  const { statistics } = pass;
  const layers = statistics.map((one) => one.layer);
  const answer = readAnswer(job, pass.output, pass.outputLayer, sample);
  const measures = statistics.map((one) => measuresOf(one, sample));
  const where = job.samples === 1 ? "on this input" : `on sample ${sample} of ${job.samples}`;
  const sentences = [
    answer && answerSentence(job.model.file.name, answer),
    sparsitySentence(measures, where),
  ].filter((sentence) => sentence !== undefined);

  const [pictureKey, pictures] = shownInput(job, sample);
  const units = options.units.map(({ wanted, value }) => {
    const one = statistics.find(({ layer }) => layer.value === value)!;
    const field = one.layer.receptiveField;
    return unitView(job, wanted, one, pass.activations.get(one.layer)!, sample, field && pictureKey === `input/${field.input}` ? pictureKey : undefined);
  });
  const group = "What the network says";
  const nearly = nearlyTheSame(job.model.graph, layers);
  const layerViews = statistics.map((one) => layerView(one, sample, options, answer, one.layer.value === pass.classValue, nearly.get(one.layer.value)));
  const views: View[] = [
    ...(pictureKey === undefined ? [] : [{ kind: "image", group: layersGroup, title: "The input, as the network gets it", tensor: pictureKey } as const]),
    ...(sentences.length === 0 ? [] : [{ kind: "text", group, title: answer ? group : "What was measured", text: sentences.join(" ") } as const]),
    ...(answer && !layerViews.some((view) => view.kind === "bars") ? [answerBars(answer, group)] : []),
    ...units.map(({ view }) => view),
    ...layerViews,
    strongestTable(job, statistics, sample, listedUnits(layers.length, options.top)),
    ...sparsityViews(measures, { group: "How much is switched off", below, table: "What is switched off, and how local it is", bars: "How much of each rectifier is off", silent: "silent units" }),
  ];
  const notices = statistics.flatMap((one) => (isFinite(one) ? [] : [`${one.layer.name} holds values that are infinite or no numbers; they are left out of its scale.`]));
  return {
    tensors: { ...pictures, ...tensorsOf(pass), ...Object.assign({}, ...units.map(({ tensors }) => tensors)) as Record<string, FindingTensor> },
    facts: {
      ...(sentences.length > 0 && { summary: sentences.join(" ") }),
      samples: job.samples, sample,
      top: answer ? answerFacts(answer) : null,
      statistics: statisticNames,
      layers: statistics.map((one) => layerFacts(job, one, sample, options.top)),
    },
    views,
    ...(notices.length > 0 && { notices }),
  };
}

const isFinite = ({ values }: LayerStatistics): boolean => [values.min, values.max, values.mean].every((column) => column.every(Number.isFinite));

/** The first input that is a picture, under its key. */
function shownInput(job: Job, sample: number): [string | undefined, Record<string, FindingTensor>] {
  for (const [name, prepared] of Object.entries(job.inputs)) {
    const picture = inputPicture(prepared, sample);
    if (picture) return [`input/${name}`, { [`input/${name}`]: { tensor: picture, value: name, axes: ["row", "column", "RGBA"], meaning: "the input as the network gets it" } }];
  }
  return [undefined, {}];
}

function tensorsOf(pass: Capture): Record<string, FindingTensor> {
  const tensors: Record<string, FindingTensor> = {};
  for (const one of pass.statistics) {
    const { layer } = one;
    tensors[`activation/${layer.name}`] = { tensor: pass.activations.get(layer)!, value: layer.value, axes: layerAxisNames(layer), meaning: `values of ${layer.name}` };
    tensors[`statistics/${layer.name}`] = {
      tensor: asTensor(one),
      value: layer.value,
      axes: ["batch", "unit", "statistic"],
      meaning: `per unit: ${statisticNames.join(", ")}; NaN where one does not apply`,
    };
  }
  return tensors;
}

function answerFacts({ top, unit, classes }: Answer): Fact {
  return { index: top.index, label: top.name, value: top.value, unit, classes: classes.slice(0, 5).map(({ index, name, value }) => ({ index, label: name, value })) };
}

/** One layer as plain data; null where a number does not apply. */
function layerFacts(job: Job, statistics: LayerStatistics, sample: number, top: number): Fact {
  const { layer, units } = statistics;
  const { sparsity, silent, below, concentration, entropy } = measuresOf(statistics, sample);
  const { min, max } = rangeOf(statistics, sample);
  return {
    layer: layer.name, kind: layer.kind, op: layer.op, value: layer.value, units, positions: layerExtent(layer),
    min: orNull(min), max: orNull(max), mean: orNull(meanOf(ofSample(statistics, "mean", sample))),
    rectified: layer.rectified,
    sparsity: orNull(sparsity), silentUnits: silent ?? null, below: orNull(below), concentration: orNull(concentration), entropy: orNull(entropy),
    strongest: strongestUnits(statistics, sample, top).map(({ unit, max, mean, position }) => {
      const box = boxOf(job, layer, position);
      return { unit, max: orNull(max), mean: orNull(mean), position: position ?? null, receptiveField: box ? { start: box.start, size: box.size, input: layer.receptiveField!.input, words: boxWords(box) } : null };
    }),
  };
}
