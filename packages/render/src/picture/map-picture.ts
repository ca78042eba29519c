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

/** The same for a place on a figure: no larger than a screen can show, what is not a number hatched. */
export function shownMap(map: ValueMap, { range, colours, theme, width, height }: ShownMap): Picture {
  const small = shrinkMap(map, 2 * width, 2 * height);
  const picture = { width: small.width, height: small.height, data: colourise(small.values, range, colours, theme) };
  return small.values.some(Number.isNaN) ? hatched(small, picture, 2 * width, 2 * height, theme) : picture;
}
