import { isVitrineError, type Findings, type FindingTensor, type Job } from "@vitrine/core";
import { strongestOthers, type OtherImage } from "./other-images.js";
import type { OcclusionParameters } from "./parameters.js";
import type { FeatureMeasure } from "./measure.js";
import type { InputPlan, Plan } from "./plan.js";
import type { Clean } from "./sweep.js";
import { drawnSamples } from "./drawn.js";

/** The method that projects, by its id: what is installed answers, and a method imports no other. */
const deconv = "deconv";

/** One projection as it is drawn: a picture [rows, columns, 3], or a map [rows, columns] of what is none. */
export interface Projection {
  readonly drawn: FindingTensor;
  readonly isPicture: boolean;
}

/** An image of the set and what the followed map shows in it. */
export interface OtherProjection extends Projection {
  readonly label: string;
  /** The strongest single activation of the map there. */
  readonly activation: number;
  /** The image itself, [rows, columns, 3], where the input is a picture. */
  readonly picture: FindingTensor | undefined;
}

/** Zeiler & Fergus, figure 7 (c), of one input. */
export interface ProjectionPanel {
  /** The input's shape: the whole projection of every sample. */
  readonly whole: FindingTensor;
  /** Per drawn sample. */
  readonly own: readonly (Projection | undefined)[];
  /** Per drawn sample: the images of the set on which its map is strongest, strongest first. */
  readonly others: readonly (readonly OtherProjection[])[];
}

/** By input; empty where nothing is followed, or nothing can be projected: then the notices say why. */
export interface Projections {
  readonly panels: ReadonlyMap<InputPlan, ProjectionPanel>;
  readonly notices: readonly string[];
}

type ProjectionJob = Pick<Job<OcclusionParameters>, "model" | "inputs" | "feeds" | "samples" | "batch" | "params" | "prepare" | "run" | "call" | "signal">;

/** The followed map's DeconvNet projection onto the clean input, from its strongest position, and from the others of a set on which it is strongest. */
export async function projectionsOf(job: ProjectionJob, plan: Plan, feature: FeatureMeasure | undefined, clean: Clean): Promise<Projections> {
  const wanted = plan.inputs.filter((input) => input.grid && input.places.length >= 2);
  if (!feature || !clean.channels || wanted.length === 0) return { panels: new Map(), notices: [] };
  const panels = new Map<InputPlan, ProjectionPanel>();
  const notices: string[] = [];
  let others: readonly (readonly OtherImage[])[] | undefined;
  for (const input of wanted) {
    try {
      const findings = await project(job, input, feature, clean.channels);
      if (!findings) return { panels, notices: [missing("no installed plugin projects", "Install the method-deconv and autodiff packages and add their deconvPlugin and autodiffPlugin to the engine's plugins.")] };
      notices.push(...(findings.notices ?? []).filter((notice) => !notice.startsWith("Pictures are drawn")));
      const drawn = Math.min(job.samples, drawnSamples);
      others ??= await strongestOthers(job, feature, clean.channels.slice(0, drawn));
      const projectedOthers: (readonly OtherProjection[])[] = [];
      for (let sample = 0; sample < drawn; sample++) projectedOthers.push(await projectOthers(job, input, feature, clean.channels[sample]!, others[sample]!));
      panels.set(input, {
        whole: { ...findings.tensors["gradient"]!, meaning: `DeconvNet projection of the strongest position of the followed map of ${feature.layer.name}` },
        own: Array.from({ length: drawn }, (_, sample) => projectionIn(findings, sample, job.samples)),
        others: projectedOthers,
      });
    } catch (error) {
      // What cannot be projected is no reason to hide nothing: the other panels stand.
      if (!isVitrineError(error) || error.code === "cancelled") throw error;
      notices.push(missing(error.message.replace(/\.$/, ""), error.hint ?? ""));
    }
  }
  return { panels, notices };
}

const missing = (why: string, hint: string): string => `The projection of the followed map (Zeiler & Fergus, figure 7 c) is missing: ${why}.${hint === "" ? "" : ` ${hint}`}`;

function project(job: ProjectionJob, input: InputPlan, feature: FeatureMeasure, units: readonly number[], feeds?: ProjectionJob["feeds"]): Promise<Findings | undefined> {
  const target = units.map((unit) => ({ kind: "channel-max" as const, layer: feature.layer.name, unit }));
  return job.call(deconv, { params: { rule: "deconvnet", wrt: input.name }, target, ...(feeds && { input: feeds }) });
}

/** What is drawn of one sample, among findings of `samples`. */
function projectionIn(findings: Findings, sample: number, samples: number): Projection | undefined {
  const suffix = samples === 1 ? "" : `/${sample}`;
  const picture = findings.tensors[`projection${suffix}`];
  if (picture) return { drawn: picture, isPicture: true };
  const map = findings.tensors[`map/strongest${suffix}`];
  return map?.tensor.shape.length === 2 ? { drawn: map, isPicture: false } : undefined;
}

async function projectOthers(job: ProjectionJob, input: InputPlan, feature: FeatureMeasure, unit: number, images: readonly OtherImage[]): Promise<readonly OtherProjection[]> {
  const found: OtherProjection[] = [];
  for (const { label, activation, feeds } of images) {
    const findings = (await project(job, input, feature, [unit], feeds))!;
    const projection = projectionIn(findings, 0, 1);
    if (projection) found.push({ ...projection, label, activation, picture: findings.tensors["picture"] });
  }
  return found;
}

/** The tensors of the findings. */
export function projectionTensors(plan: Plan, { panels }: Projections): Record<string, FindingTensor> {
  return Object.fromEntries(plan.inputs.flatMap((input, index) => {
    const panel = panels.get(input);
    return panel ? [[index === 0 ? "deconvnet" : `deconvnet/${input.name}`, panel.whole]] : [];
  }));
}
