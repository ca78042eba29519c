import type { View } from "@vitrine/core";
import { emptyBlock, stack, type Block } from "../scene/mark.js";
import type { Exhibit, Scene } from "../scene/scene.js";
import { paragraph } from "../scene/text.js";

/** The title of a view, large on a figure, smaller within one. */
export function titleBlock(view: View, { depth, width, ...pen }: Scene): Block {
  return paragraph(pen, view.title, width, depth === 0 ? 3 : 2, { size: depth === 0 ? 20 : 14, weight: 600, fill: pen.tokens.ink });
}

/**
 * An exhibit with its words: title, what is shown, legend, what is unusual, caption. The figure adds where it comes from.
 * `titleHeight`: room to give the title at least, so that panels beside each other align.
 */
export function panel(view: View, exhibit: Exhibit, scene: Scene, titleHeight = 0): Block {
  const { tokens, width, depth } = scene;
  const words = titleBlock(view, scene);
  const title = { ...words, height: Math.max(words.height, titleHeight) };
  const notices = [
    ...(exhibit.notices ?? []).map((notice) => paragraph(scene, notice, width, 3, { fill: tokens.warning })),
    ...(exhibit.remarks ?? []).map((remark) => paragraph(scene, remark, width, 3)),
  ];
  const caption = view.caption === undefined ? emptyBlock : paragraph(scene, view.caption, width, 8, { size: depth === 0 ? 14 : 12, fill: depth === 0 ? tokens.ink : tokens.second });
  const shown = stack([exhibit.body, exhibit.legend ?? emptyBlock, stack(notices, 4), caption], depth === 0 ? 16 : 12);
  return stack([title, shown], depth === 0 ? 16 : 8);
}
