import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import pixelmatch from "pixelmatch";
import sharp, { type Sharp } from "sharp";

/** Small pictures of how pages look, kept in the repository; `VITRINE_LOOKS=write` keeps them anew. */
const kept = fileURLToPath(new URL("./looks/", import.meta.url));
/** Where a picture that differs is shown beside the kept one. */
const failed = path.join(kept, "failed");

/** Of the page's width: small enough that the smoothing of letters does not count, large enough that a map, a legend and a column do. */
const scale = 0.3;
/** How far a pixel's colour may be (0 to 1, pixelmatch's YIQ), and how many may be farther. */
const threshold = 0.12;
const mostDifferent = 0.01;

interface Raw {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
}

const raw = async (picture: Sharp): Promise<Raw> => {
  const { data, info } = await picture.ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
};
const picture = ({ data, width, height }: Raw): Sharp => sharp(data, { raw: { width, height, channels: 4 } });

/** What a screenshot looks like from afar: how it is kept. */
async function seen(screenshot: Uint8Array): Promise<Buffer> {
  const { width = 1 } = await sharp(screenshot).metadata();
  return sharp(screenshot).resize(Math.round(scale * width)).webp({ quality: 70, effort: 6 }).toBuffer();
}

/** In what a screenshot differs from the kept picture of that name: a sentence that names the picture of the difference. Undefined where it does not. */
export async function lookDiffers(name: string, screenshot: Uint8Array): Promise<string | undefined> {
  const file = path.join(kept, `${name}.webp`);
  const shown = path.join(failed, `${name}.png`);
  const now = await seen(screenshot);
  await rm(shown, { force: true });
  if (process.env["VITRINE_LOOKS"] === "write") {
    await mkdir(kept, { recursive: true });
    await writeFile(file, now);
    return undefined;
  }
  const before = await readFile(file).catch(() => undefined);
  if (before === undefined) return `Nothing is kept of ${name}. VITRINE_LOOKS=write keeps it.`;
  const [a, b] = await Promise.all([raw(sharp(before)), raw(sharp(now))]);
  const same = a.width === b.width && a.height === b.height;
  const difference: Raw = { data: Buffer.alloc(b.data.length), width: b.width, height: b.height };
  const count = same ? pixelmatch(a.data, b.data, difference.data, a.width, a.height, { threshold, includeAA: false }) : NaN;
  if (same && count <= mostDifferent * a.width * a.height) return undefined;
  await mkdir(failed, { recursive: true });
  const [left, middle, right] = await Promise.all([a, b, difference].map((each) => picture(each).png().toBuffer()));
  const height = Math.max(a.height, b.height);
  await sharp({ create: { width: a.width + 2 * b.width + 16, height, channels: 3, background: "#888" } })
    .composite([{ input: left!, left: 0, top: 0 }, { input: middle!, left: a.width + 8, top: 0 }, ...(same ? [{ input: right!, left: a.width + b.width + 16, top: 0 }] : [])])
    .png().toFile(shown);
  const what = same ? `${((100 * count) / (a.width * a.height)).toFixed(1)} % of its pixels` : `its size, ${b.width} × ${b.height} instead of ${a.width} × ${a.height}`;
  return `${name} looks different by ${what}: kept, now and the difference are in ${shown}. Where it is as it should be, VITRINE_LOOKS=write keeps it.`;
}
