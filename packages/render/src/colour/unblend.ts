import { rgb } from "d3-color";
import { tokens } from "../tokens.js";

/**
 * Opaque colours that were meant for the light page, made as transparent as they can be without looking different on it:
 * what is the page's own colour becomes wholly transparent, so that zero is the page on every page. In place.
 */
export function unblend(data: Uint8ClampedArray): Uint8ClampedArray {
  const { r, g, b } = rgb(tokens.light.page);
  const page = [r, g, b];
  for (let i = 0; i < data.length; i += 4) {
    if (data[i + 3] !== 255) continue;
    let alpha = 0;
    for (let c = 0; c < 3; c++) {
      const [behind, difference] = [page[c]!, data[i + c]! - page[c]!];
      alpha = Math.max(alpha, difference < 0 ? -difference / behind : difference / (255 - behind));
    }
    const bytes = Math.ceil(255 * alpha);
    for (let c = 0; c < 3; c++) data[i + c] = bytes === 0 ? 0 : page[c]! + ((data[i + c]! - page[c]!) * 255) / bytes;
    data[i + 3] = bytes;
  }
  return data;
}
