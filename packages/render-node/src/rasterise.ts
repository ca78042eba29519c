import { createRequire } from "node:module";
import { renderAsync, type ResvgRenderOptions } from "@resvg/resvg-js";
import { inBundledFont } from "@vitrine/render";
import { renderNodeError } from "./errors.js";

const require = createRequire(import.meta.url);
let files: string[] | undefined;
const fontFiles = (): string[] =>
  (files ??= [
    require.resolve("@expo-google-fonts/ibm-plex-sans/400Regular/IBMPlexSans_400Regular.ttf"),
    require.resolve("@expo-google-fonts/ibm-plex-sans/600SemiBold/IBMPlexSans_600SemiBold.ttf"),
  ]);

const mostPixels = 100_000_000;

export interface RasteriseOptions {
  /** Pixels of the PNG for each CSS pixel, above 0 and up to 8. Default 2. */
  readonly scale?: number;
  readonly signal?: AbortSignal;
}

const textElement = /<text\b([^>]*)>([^<]*)<\/text>/gu;
const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };

const written = (content: string): string => content.replace(/&(amp|lt|gt|quot|#39);/gu, (_, name: string) => entities[name]!);

/** The document in the words of resvg, and whether its texts need a font of the machine. */
function prepared(svg: string): { document: string; foreign: boolean } {
  let foreign = false;
  const document = svg
    // resvg knows the older of the two words for nearest neighbour, browsers the newer one.
    .replaceAll('image-rendering="pixelated"', 'image-rendering="optimizeSpeed"')
    // A text in the font that it was measured with need not be held to its width.
    .replace(textElement, (whole, attributes: string, content: string) => {
      if (!inBundledFont(written(content))) foreign = true;
      else return `<text${attributes.replace(/ textLength="[^"]*" lengthAdjust="[^"]*"/u, "")}>${content}</text>`;
      return whole;
    });
  return { document, foreign };
}

/**
 * An SVG document as PNG bytes, in a thread of its own. Text is set in the bundled font, so that every machine gives the same
 * picture; only where a text has letters that the font lacks (Arabic, Chinese, …) are the machine's own fonts asked for them.
 *
 * @throws `svg-unreadable`, `picture-too-large`, `scale-range`
 */
export async function rasterise(svg: string, { scale = 2, signal }: RasteriseOptions = {}): Promise<Uint8Array> {
  if (!(scale > 0 && scale <= 8)) throw renderNodeError("scale-range", { scale });
  const size = /^<svg\b[^>]*? width="([\d.]+)" height="([\d.]+)"/u.exec(svg);
  const [width, height] = [Number(size?.[1]), Number(size?.[2])];
  if (!(width > 0 && height > 0)) throw renderNodeError("svg-unreadable", { reason: "its root states no width and height." });
  if (width * height * scale * scale > mostPixels) throw renderNodeError("picture-too-large", { width, height, scale, most: mostPixels });
  signal?.throwIfAborted();
  const { document, foreign } = prepared(svg);
  const options: ResvgRenderOptions = {
    fitTo: { mode: "zoom", value: scale },
    font: { fontFiles: fontFiles(), loadSystemFonts: foreign, defaultFontFamily: "IBM Plex Sans", sansSerifFamily: "IBM Plex Sans" },
  };
  // resvg takes a signal for one call only: a second call with the same one throws. A picture takes milliseconds; the signal is asked around it.
  const image = await renderAsync(document, options).catch((cause: unknown) => {
    throw renderNodeError("svg-unreadable", { reason: cause instanceof Error ? cause.message : String(cause) }, cause);
  });
  signal?.throwIfAborted();
  return new Uint8Array(image.asPng());
}
