import { blurAxis, defineMethod, float32, GraphBuilder, inputAxes, isFloat, p, pictureTensor, toFloat32 } from "@vitrine/core";
import { detailError } from "./errors.js";

/** @typedef {import("@vitrine/core").PreparedInput} PreparedInput */

/**
 * How much detail does the answer need? The input is blurred more and more, and what is left of the score is written down.
 *
 * An answer that goes with the finest detail hangs on texture or noise; one that survives a strong blur hangs on shape and colour.
 * (That networks may go by texture where people go by shape: Geirhos et al. 2019.)
 */
export const detail = defineMethod({
  id: "detail",
  title: "Detail",
  summary: "How much detail does the answer need: at which blur is it lost?",
  citations: [
    { authors: "Geirhos and others", year: 2019, title: "ImageNet-trained CNNs are biased towards texture; increasing shape bias improves accuracy and robustness", where: "arXiv:1811.12231" },
  ],
  params: {
    sigmas: p.numbers({ min: 0, default: [0, 0.5, 1, 2, 4, 8], description: "Standard deviations of the blur, in positions; 0 is the input as it is." }),
    score: p.choice(["output", "logit", "probability"], { default: "output", description: "What of a class is written down." }),
  },
  examples: ["run detail zoo:scenes --input zoo:dog-grass --out detail", "run detail model.onnx --input dog.jpg --sigmas 0,1,2,4,8,16 --target class:207 --out detail"],

  async *run(job) {
    const { model, params } = job;
    const places = placesOf(job);
    if (Object.keys(places).length === 0) throw detailError("detail-nothing-to-blur", { inputs: Object.keys(job.inputs) });

    const builder = new GraphBuilder(model.graph);
    const target = await job.target(builder, job.targets, params.score);
    const graph = builder.build({ outputs: [target.score] });

    const sigmas = [...params.sigmas].sort((a, b) => a - b);
    const scores = new Float32Array(job.samples * sigmas.length);
    /** @type {Record<string, { tensor: import("@vitrine/core").Tensor, meaning: string, axes?: readonly string[] }>} */
    const tensors = {};
    const pictures = [];
    for (const [i, sigma] of sigmas.entries()) {
      yield { kind: "progress", done: i, total: sigmas.length, what: `blurring by ${sigma}` };
      const blurred = Object.fromEntries(Object.entries(job.inputs).map(([name, input]) => [name, blur(input, places[name] ?? [], sigma)]));
      const results = await job.run(graph, blurred, { batch: job.batch });
      toFloat32(results[target.score]).forEach((score, sample) => (scores[sample * sigmas.length + i] = score));

      // What the network got, as a person sees it: of the first sample of the first input that is a picture.
      const shown = Object.values(job.inputs).find((input) => input.toPictures !== undefined);
      const picture = shown?.toPictures?.(blurred[shown.name])[0];
      if (!picture) continue;
      tensors[`picture/${i}`] = { tensor: pictureTensor(picture), meaning: `the input blurred by ${sigma}, as the network got it`, axes: ["row", "column", "colour"] };
      pictures.push({ tensor: `picture/${i}`, label: `σ ${sigma}: ${show(scores[i])}` });
    }
    yield { kind: "progress", done: sigmas.length, total: sigmas.length, what: "done" };

    tensors["sigma"] = { tensor: float32([sigmas.length], sigmas), meaning: "standard deviation of the blur, in positions", axes: ["step"] };
    const series = target.titles.map((label, sample) => {
      const key = `score/${sample}`;
      tensors[key] = { tensor: float32([sigmas.length], scores.slice(sample * sigmas.length, (sample + 1) * sigmas.length)), meaning: `the ${params.score} of ${label} at each blur`, axes: ["step"] };
      return { x: "sigma", y: key, label };
    });
    const halved = target.titles.map((_, sample) => halvedAt(sigmas, scores.slice(sample * sigmas.length, (sample + 1) * sigmas.length)));
    const [title] = target.titles;
    const said =
      halved[0] === null ? `No blur up to σ ${sigmas.at(-1)} takes half of it away.` : `Half of it is gone at a blur of σ ${halved[0]}.`;
    return {
      tensors,
      facts: { halvedAt: halved, summary: `How much detail "${title}" needs: ${said}` },
      views: [
        { kind: "curve", title: `How much detail "${title}" needs`, caption: `${said} A blur also makes an input unlike what the network was trained on; a fall alone is no proof that texture decides.`, series, xAxis: "blur, σ in positions", yAxis: params.score },
        ...(pictures.length > 0 ? [/** @type {const} */ ({ kind: "image-grid", title: "What the network got", items: pictures })] : []),
      ],
    };
  },
});

/**
 * The axes along which an input has neighbours, by input name.
 * @param {{ model: import("@vitrine/core").Model, inputs: Readonly<Record<string, PreparedInput>> }} job
 * @returns {Record<string, readonly number[]>}
 */
function placesOf({ model, inputs }) {
  return Object.fromEntries(
    model.inputs.flatMap((info) => {
      const input = inputs[info.name];
      if (!input || !isFloat(input.tensor.dtype)) return [];
      const { spatial } = inputAxes(info, model.spec.inputs[info.name], input.tensor.shape.length);
      return spatial.length > 0 ? [[info.name, spatial]] : [];
    }),
  );
}

/**
 * @param {PreparedInput} input
 * @param {readonly number[]} axes
 * @param {number} sigma
 */
function blur({ tensor }, axes, sigma) {
  if (axes.length === 0 || sigma === 0) return tensor;
  return float32(tensor.shape, axes.reduce((data, axis) => blurAxis(data, tensor.shape, axis, sigma), toFloat32(tensor)));
}

/**
 * The first blur at which less than half of the unblurred score is left; null where none is, or there was nothing to halve.
 * @param {readonly number[]} sigmas
 * @param {Float32Array} scores
 */
function halvedAt(sigmas, scores) {
  const [first = 0] = scores;
  const at = scores.findIndex((score) => score < first / 2);
  return first <= 0 || at < 0 ? null : sigmas[at];
}

/** @param {number} score */
const show = (score) => score.toPrecision(2);
