import type { HeldFigure } from "./data.js";
import { currentTheme } from "./theme.js";

const margin = 24;
const scale = 2;
/** Frames of what stands at the edge of a drawing reach a little beyond it. */
const rim = 2;
const family = "system-ui, sans-serif";

/** A figure's own drawing: the one that is seen, or that of words kept aside. */
function drawingOf(root: HTMLElement): SVGSVGElement | undefined {
  const seen = Array.from(root.querySelectorAll<SVGSVGElement>(".exhibit svg")).find((svg) => svg.getClientRects().length > 0);
  return seen ?? root.querySelector<SVGSVGElement>(".exhibit svg") ?? root.querySelector("template")?.content.querySelector<SVGSVGElement>("svg") ?? undefined;
}

/** A drawing that stands for itself: shared rasters and the page's colours put in. */
function standalone(svg: SVGSVGElement): string {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  for (const id of new Set(Array.from(copy.querySelectorAll("use"), (use) => use.getAttribute("href")?.slice(1) ?? ""))) {
    const shared = document.getElementById(id)?.cloneNode(true);
    if (shared) copy.prepend(shared);
  }
  const { x, y, width, height } = svg.viewBox.baseVal;
  copy.setAttribute("viewBox", [x - rim, y - rim, width + 2 * rim, height + 2 * rim].join(" "));
  copy.setAttribute("width", String(width + 2 * rim));
  copy.setAttribute("height", String(height + 2 * rim));
  const dark = currentTheme() === "dark";
  if (dark) {
    const filter = document.getElementById("dark-map")?.cloneNode(true);
    if (filter) copy.prepend(filter);
    for (const map of copy.querySelectorAll(".map")) map.setAttribute("filter", "url(#dark-map)");
  }
  const style = getComputedStyle(document.documentElement);
  return new XMLSerializer().serializeToString(copy)
    .replace(/var\((--[\w-]+)\)/gu, (_, name: string) => style.getPropertyValue(name).trim())
    .replace(/light-dark\(((?:[^(),]|\([^()]*\))+), ((?:[^(),]|\([^()]*\))+)\)/gu, (_, light: string, other: string) => (dark ? other : light));
}

function load(svg: string): Promise<HTMLImageElement> {
  return new Promise((resolve, reject) => {
    const image = new Image();
    image.onload = () => resolve(image);
    image.onerror = () => reject(new Error("the browser cannot draw it"));
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  });
}

/** Lines no wider than `width`. */
function wrap(context: CanvasRenderingContext2D, text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    let rest = word;
    while (context.measureText(rest).width > width && rest.length > 1) rest = `${rest.slice(0, Math.floor(rest.length / 2) - 1)}…`;
    const longer = line === "" ? rest : `${line} ${rest}`;
    if (context.measureText(longer).width <= width) line = longer;
    else {
      lines.push(line);
      line = rest;
    }
  }
  return [...lines, line].slice(0, 12);
}

/** The picture of a figure with its title, notices, caption and source, in the colours that are seen. */
export async function pngOf(root: HTMLElement, held: HeldFigure): Promise<Blob> {
  const svg = drawingOf(root);
  if (!svg) throw new Error("it has no picture");
  const image = await load(standalone(svg));
  const { width = 0, height = 0 } = svg.viewBox.baseVal;
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d");
  if (!context) throw new Error("the browser gives no canvas");
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  const texts = (selector: string): string[] => Array.from(root.querySelectorAll<HTMLElement>(selector), (each) => (each.textContent ?? "").trim()).filter((text) => text !== "");
  const parts: { text: string; size: number; line: number; weight: number; ink: string; gap: number }[] = [];
  const above = [{ text: held.title, size: 20, line: 28, weight: 600, ink: "ink", gap: 16 }];
  for (const text of texts(":scope > .notice")) parts.push({ text, size: 12, line: 16, weight: 400, ink: "warning", gap: 8 });
  for (const text of texts(":scope > .remark")) parts.push({ text, size: 12, line: 16, weight: 400, ink: "second", gap: 8 });
  const { caption, source } = held.view;
  if (caption !== undefined) parts.push({ text: caption, size: 14, line: 20, weight: 400, ink: "ink", gap: 12 });
  if (source !== undefined) parts.push({ text: source, size: 12, line: 16, weight: 400, ink: "second", gap: 12 });
  const laid = (each: (typeof parts)[number]): { lines: string[]; height: number } => {
    context.font = `${each.weight} ${each.size}px ${family}`;
    const lines = wrap(context, each.text, width);
    return { lines, height: lines.length * each.line };
  };
  const total = [...above, ...parts].reduce((sum, each) => sum + laid(each).height + each.gap, height) + 2 * margin;
  canvas.width = scale * (width + 2 * margin);
  canvas.height = scale * total;
  context.scale(scale, scale);
  context.fillStyle = colour("page");
  context.fillRect(0, 0, width + 2 * margin, total);
  context.textBaseline = "middle";
  let y = margin;
  const write = (each: (typeof parts)[number]): void => {
    const { lines } = laid(each);
    context.fillStyle = colour(each.ink);
    for (const line of lines) {
      context.fillText(line, margin, y + each.line / 2);
      y += each.line;
    }
  };
  for (const each of above) {
    write(each);
    y += each.gap;
  }
  context.drawImage(image, margin - rim, y - rim, width + 2 * rim, height + 2 * rim);
  y += height;
  for (const each of parts) {
    y += each.gap;
    write(each);
  }
  return new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("the browser gives no picture")))));
}
