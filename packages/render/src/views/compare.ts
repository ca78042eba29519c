import type { SideBySideView, UnitPageView, View } from "@vitrine/core";
import { colourBar } from "../legend/colour-bar.js";
import { domainOf, type Domain } from "../data/domain.js";
import { joined, statisticsOf } from "../data/statistics.js";
import { numbersFor } from "../data/series.js";
import { emptyExhibit } from "../figure/empty.js";
import { panel, titleBlock } from "../figure/panel.js";
import { lineHeights } from "../tokens.js";
import { flow, stack, type Block } from "../scene/mark.js";
import { textLine } from "../scene/text.js";
import type { Agreement, Exhibit, Scene } from "../scene/scene.js";
import { mapFor } from "./heatmap.js";
import { assignHues, labelCounts } from "./label-map.js";
import { fitInto, frame, inputPhoto, pictureFor } from "./stage.js";

const gap = 24;
/** Panels are not made narrower, but broken into further rows. */
const narrowest = 200;

type ScaledView = Extract<View, { kind: "heatmap" | "matrix" | "text-trace" }>;
const isScaled = (view: View): view is ScaledView => view.kind === "heatmap" || view.kind === "matrix" || view.kind === "text-trace";
const same = (a: readonly number[] | undefined, b: readonly number[] | undefined): boolean => a?.length === b?.length && (a ?? []).every((value, i) => value === b?.[i]);

/** One scale for maps that measure the same in the same colours and do not name different ranges. */
function agreedDomain(views: readonly View[], scene: Scene): Domain | undefined {
  const scaled = views.filter(isScaled);
  const [first] = scaled;
  if (!first || scaled.length < 2) return undefined;
  if (!scaled.every((view) => view.colours === first.colours && view.unit === first.unit && same(view.range, first.range))) return undefined;
  const statistics = joined(scaled.map((view) => statisticsOf(view.kind === "heatmap" ? mapFor(view, scene).values : numbersFor(scene, view, view.tensor))));
  return { ...domainOf(statistics, first), own: false };
}

/** The picture behind all of them, if it is one. */
function agreedPicture(views: readonly View[]): string | undefined {
  const keys = views.map((view) => (view.kind === "heatmap" || view.kind === "label-map" ? view.over : undefined));
  return keys.length > 1 && keys.every((key) => key === keys[0]) ? keys[0] : undefined;
}

/** Draws something into a column of `width`, with `titleHeight` of room above it. */
type Panel = (width: number, titleHeight: number) => Block;

/** Panels in columns of equal width; rows hold the same number where that goes, and what they show begins at the same height. */
function panels(views: readonly View[], scene: Scene, agreed: Agreement, first: readonly Panel[] = []): { body: Block; descriptions: string[] } {
  const count = views.length + first.length;
  const most = Math.max(1, Math.min(count, Math.floor((scene.width + gap) / (narrowest + gap))));
  const columns = Math.ceil(count / Math.ceil(count / most));
  const width = Math.floor((scene.width - gap * (columns - 1)) / columns);
  const inner: Scene = { ...scene, width, depth: scene.depth + 1, agreed };
  const descriptions: string[] = [];
  const drawn: { titleHeight: number; draw: Panel }[] = [
    ...first.map((draw) => ({ titleHeight: lineHeights[14], draw })),
    ...views.map((view) => {
      const exhibit = scene.draw(view, inner);
      descriptions.push(`${view.title}: ${exhibit.description}`);
      return { titleHeight: titleBlock(view, inner).height, draw: (_: number, titleHeight: number) => panel(view, exhibit, inner, titleHeight) };
    }),
  ];
  const rows = Array.from({ length: Math.ceil(count / columns) }, (_, row) => {
    const cells = drawn.slice(row * columns, (row + 1) * columns);
    const titleHeight = Math.max(...cells.map((cell) => cell.titleHeight));
    return flow(cells.map(({ draw }) => ({ ...draw(width, titleHeight), width })), Infinity, gap);
  });
  return { body: stack(rows, 24), descriptions };
}

/** Views that are to be compared: one scale, one clean picture and one legend where they agree. */
export function drawSideBySide(view: SideBySideView, scene: Scene): Exhibit {
  const { views } = view;
  if (views.length === 0) return emptyExhibit(scene, "Nothing to compare.");
  const domain = agreedDomain(views, scene);
  const scaled = views.filter(isScaled);
  const [one] = scaled;
  const oneLegend = domain !== undefined && scaled.length === views.length && scaled.every((each) => each.kind === "heatmap" && !each.outlines);
  const key = agreedPicture(views);
  const labelMaps = views.filter((each) => each.kind === "label-map");
  const agreed: Agreement = {
    ...(domain && { domain }),
    ...(oneLegend && { oneLegend }),
    ...(key !== undefined && { onePicture: true }),
    ...(labelMaps.length > 1 && { hues: assignHues(labelMaps.flatMap((each) => labelCounts(each, scene)), scene.tokens) }),
  };
  const clean: Panel[] = key === undefined ? [] : [(width, titleHeight) => {
    const picture = pictureFor(scene, view, key);
    const size = fitInto(picture, width);
    return stack([{ ...textLine(scene, "Input", { size: 14 }), height: titleHeight }, { ...size, marks: [inputPhoto(scene, picture, size), frame(scene, size)] }], 8);
  }];
  const { body, descriptions } = panels(views, scene, agreed, clean);
  const missing = joined(oneLegend ? scaled.map((each) => statisticsOf(each.kind === "heatmap" ? mapFor(each, scene).values : [])) : []);
  const legend = oneLegend && one ? colourBar(scene, { colours: one.colours, range: domain.range, unit: one.unit, remark: `one scale for ${scaled.length === 2 ? "both" : `all ${scaled.length}`}`, missing: [missing.missing, missing.count] }, scene.width) : undefined;
  const apart = scaled.length > 1 && domain === undefined ? ["The scales differ from map to map."] : [];
  return { body, ...(legend && { legend }), notices: domain?.notices ?? [], remarks: [...(domain?.remarks ?? []), ...apart], description: descriptions.join(" ") };
}

/** Views that want the whole width. */
const wide: ReadonlySet<string> = new Set(["layer-grid", "image-grid", "table", "text", "text-trace", "matrix", "side-by-side", "unit-page", "curve", "scatter"]);

/** Everything about a unit: small views in pairs, wide ones over the whole width, in their order. */
export function drawUnitPage(view: UnitPageView, scene: Scene): Exhibit {
  const { views } = view;
  const name = textLine(scene, view.unit, { size: 16, fill: scene.tokens.second, width: scene.width });
  if (views.length === 0) return { ...emptyExhibit(scene, "Nothing is known about this unit."), description: view.unit };
  const rows: View[][] = [];
  for (const each of views) {
    const last = rows.at(-1);
    if (last?.length === 1 && !wide.has(each.kind) && !wide.has(last[0]!.kind)) last.push(each);
    else rows.push([each]);
  }
  const drawn = rows.map((row) => {
    const width = row.length === 1 ? scene.width : Math.floor((scene.width - gap) / 2);
    return panels(row, { ...scene, width: row.length === 1 ? width : scene.width }, {});
  });
  return {
    body: stack([name, ...drawn.map(({ body }) => body)], 24),
    description: `${view.unit}. ${drawn.flatMap(({ descriptions }) => descriptions).join(" ")}`,
  };
}
