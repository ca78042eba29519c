import type { Exhibit } from "../scene/scene.js";
import type { Scene } from "../scene/scene.js";
import { placed } from "../scene/mark.js";
import { paragraph } from "../scene/text.js";

/** Where there is nothing to draw: why, in a frame. */
export function emptyExhibit(scene: Scene, why: string): Exhibit {
  const words = paragraph(scene, why, scene.width - 32, 4, { size: 14 });
  const height = words.height + 48;
  return {
    body: {
      width: scene.width,
      height,
      marks: [
        { kind: "rect", x: 0.5, y: 0.5, width: scene.width - 1, height: height - 1, stroke: scene.tokens.hairline, corner: 2 },
        placed(words, 16, 24),
      ],
    },
    description: why,
  };
}
