import type { Findings, Tensor, View } from "@vitrine/core";
import { renderError } from "../errors.js";
import type { Domain } from "../data/domain.js";
import type { Block } from "./mark.js";
import type { Pen } from "./text.js";

/** What views that are compared agree on. */
export interface Agreement {
  /** One scale for the maps among them. */
  readonly domain?: Domain;
  /** The scale's legend stands under all of them, once. */
  readonly oneLegend?: boolean;
  /** The clean picture stands before all of them, once. */
  readonly onePicture?: boolean;
  /** Which hue a class has, by label. */
  readonly hues?: ReadonlyMap<string, string>;
}

/** Where a view is drawn: the room that it has, and the tensors that it names. */
export interface Scene extends Pen {
  readonly width: number;
  readonly tensors: Findings["tensors"];
  /** Views around it. */
  readonly depth: number;
  readonly agreed: Agreement;
  /** Pixels of a layer's maps for each CSS pixel, of the look `page`. */
  readonly density: number;
  /** Draws a view within this one. */
  readonly draw: (view: View, scene: Scene) => Exhibit;
}

/** A drawn view without its words. */
export interface Exhibit {
  readonly body: Block;
  readonly legend?: Block;
  /** What is unusual about the values, in sentences. */
  readonly notices?: readonly string[];
  /** What is good to know about them. */
  readonly remarks?: readonly string[];
  /** What is to be seen, for who does not see it. */
  readonly description: string;
}

/** The tensor of a key. @throws `view-tensor-missing` */
export function tensorOf(scene: Pick<Scene, "tensors">, view: View, key: string): Tensor {
  const found = Object.hasOwn(scene.tensors, key) ? scene.tensors[key] : undefined;
  if (!found) throw renderError("view-tensor-missing", { view: view.title, tensor: key, known: Object.keys(scene.tensors) });
  return found.tensor;
}
