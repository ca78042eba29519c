import type { Colours, Picture, Tensor } from "@vitrine/core";
import { colourise } from "../colour/colourise.js";
import { domainOf } from "../data/domain.js";
import { mapOf, shrinkMap, type MapOptions, type ValueMap } from "../data/map.js";
import { statisticsOf } from "../data/statistics.js";
import type { Look } from "../tokens.js";
import { hatched } from "./hatch.js";

export interface PictureOptions extends MapOptions {
  readonly colours: Colours;
  readonly theme: Look;
  /** Default: the data's own, zero included. */
  readonly range?: readonly [number, number];
}

/** A map as a picture, one pixel a value. @throws `map-shape` */
export function toPicture(tensor: Tensor, { colours, theme, range, ...options }: PictureOptions): Picture {
  const map = mapOf(tensor, options);
  const domain = domainOf(statisticsOf(map.values), { colours, range });
  return { width: map.width, height: map.height, data: colourise(map.values, domain.range, colours, theme) };
}

export interface ShownMap {
  readonly range: readonly [number, number];
  readonly colours: Colours;
  readonly theme: Look;
  /** In CSS pixels. */
  readonly width: number;
  readonly height: number;
}

/** Colours on either side of zero in a map of a page: a palette of one byte holds them, and no eye tells more apart. */
const pageSteps = 120;

/** Values brought to so many steps between zero and the range's farther end. */
export function stepped(values: Float32Array, [low, high]: readonly [number, number], steps: number): Float32Array {
  const step = Math.max(Math.abs(low), Math.abs(high)) / steps;
  return step > 0 && Number.isFinite(step) ? values.map((value) => Math.round(value / step) * step) : values;
}

/** The same for a place on a figure: no larger than a screen can show, what is not a number hatched. */
export function shownMap(map: ValueMap, { range, colours, theme, width, height }: ShownMap): Picture {
  const fine = shrinkMap(map, 2 * width, 2 * height);
  const small = theme === "page" ? { ...fine, values: stepped(fine.values, range, pageSteps) } : fine;
  const picture = { width: small.width, height: small.height, data: colourise(small.values, range, colours, theme) };
  return small.values.some(Number.isNaN) ? hatched(small, picture, 2 * width, 2 * height, theme) : picture;
}
