import { dense, grids } from "./layers.js";
import type { ExampleView } from "./make.js";
import { heatmaps } from "./maps.js";
import { oddities } from "./oddities.js";
import { plots } from "./plots.js";
import { texts } from "./texts.js";

/**
 * A view of every kind, with what makes drawing hard: long and hostile names, thousands of bars, values that are missing,
 * all the same or none at all. For whoever draws views.
 */
export function exampleViews(): readonly ExampleView[] {
  return (made ??= [...heatmaps(), ...grids(), ...dense(), ...plots(), ...texts(), ...oddities()]);
}

let made: readonly ExampleView[] | undefined;
