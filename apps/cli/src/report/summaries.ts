import { isImageSpec, isPicture, isVitrineError, pictureTensor, samplePicture, type Feeds, type Model, type Picture, type PreparedInput, type Tensor } from "@vitrine/core";
import { longSide, resize } from "@vitrine/image";
import type { InputSummary, ModelSummary } from "@vitrine/report";
import type { GivenInput } from "../host/inputs.js";

/** Of a picture, on its long side. */
const mostPixels = 1024;
const mostCharacters = 2000;

/** What a page says of the model. */
export async function summariseModel(model: Model, feeds: Feeds | undefined): Promise<ModelSummary> {
  const constants = [...model.graph.constants.values()];
  const layers = await model.layers(feeds).catch((error: unknown) => {
    if (!isVitrineError(error)) throw error;
    return model.graph.nodes;
  });
  const { info } = model.runtime;
  const preprocessing = model.inputs.map(({ name }) => describe(model, name)).filter((text) => text !== undefined).join("; ");
  return {
    file: model.file.name,
    sha256: await model.file.sha256(),
    runtime: `${info.id}:${info.provider}`,
    layers: layers.length,
    parameters: constants.filter(({ dtype }) => dtype.startsWith("float") || dtype.startsWith("bfloat")).reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0),
    inputs: model.inputs.map(({ name, dtype, shape }) => ({ name, dtype: dtype ?? "unknown", shape: shape ?? [] })),
    ...(preprocessing !== "" && { preprocessing }),
    notices: [...model.notices, ...info.notices],
  };
}

function describe(model: Model, name: string): string | undefined {
  const spec = model.spec.inputs[name];
  if (!isImageSpec(spec)) return undefined;
  const normalised = spec.mean.some((value) => value !== 0) || spec.std.some((value) => value !== 1);
  return `${spec.size.join(" × ")} ${spec.channels}, ${spec.resize}, 0 to ${spec.range}${normalised ? `, minus ${spec.mean.join(", ")}, divided by ${spec.std.join(", ")}` : ""}`;
}

/** What a page shows of the input: as the person gave it. */
export function summariseInput({ input, label }: GivenInput, model: Model, prepared: Readonly<Record<string, PreparedInput>>, samples: number): InputSummary {
  const first: unknown = Array.isArray(input) ? input[0] : isNamed(input) ? Object.values(input)[0] : input;
  const picture = isPicture(first) ? bounded(first) : fromTensor(model, prepared);
  return {
    label: samples > 1 && label.length > 80 ? `${samples} inputs` : label,
    ...(picture && { picture }),
    ...(typeof first === "string" && { text: first.length > mostCharacters ? `${first.slice(0, mostCharacters)}…` : first }),
    ...(samples > 1 && { count: samples }),
  };
}

const isNamed = (input: unknown): input is Readonly<Record<string, unknown>> => typeof input === "object" && input !== null && !("dtype" in input) && !isPicture(input);

function bounded(picture: Picture): Tensor {
  const { width, height } = picture;
  return pictureTensor(Math.max(width, height) <= mostPixels ? picture : resize(picture, longSide([height, width], mostPixels)));
}

function fromTensor(model: Model, prepared: Readonly<Record<string, PreparedInput>>): Tensor | undefined {
  for (const input of Object.values(prepared)) {
    const picture = samplePicture(input, model.batch.axes[input.name], 0);
    if (picture) return picture;
  }
  return undefined;
}
