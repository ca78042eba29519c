import type { TextTraceView } from "@vitrine/core";
import { colourFor } from "../colour/both.js";
import { colourOf } from "../colour/colourise.js";
import { legible } from "../colour/contrast.js";
import { colourBar } from "../legend/colour-bar.js";
import { keys } from "../legend/keys.js";
import { domainOf } from "../data/domain.js";
import { numbersFor } from "../data/series.js";
import { statisticsOf } from "../data/statistics.js";
import { emptyExhibit } from "../figure/empty.js";
import { emptyBlock, flow, placed, stack, type Block, type Mark } from "../scene/mark.js";
import type { Exhibit, Scene } from "../scene/scene.js";
import { textLine } from "../scene/text.js";
import { cleanLine } from "../text/clean.js";
import type { Theme, Tokens } from "../tokens.js";
import { showCount, showNumber } from "../text/numbers.js";

const mostSymbols = 4000;
const mostNext = 5;
const lineHeight = 24;
const nextHeight = 16;
const widestSymbol = 160;

/** Signs in place of what cannot be seen. */
const signs: readonly (readonly [string, RegExp])[] = [["· is a space", /^[ \u00a0]+$/u], ["↩ is a new line", /[\r\n]/u], ["→ is a tab", /\t/u]];

/** How a symbol is written where it is no letter. */
function symbolText(symbol: string): string {
  if (symbol === "\n" || symbol === "\r\n" || symbol === "\r") return "↩";
  if (symbol === "\t") return "→";
  if (/^[ \u00a0]+$/u.test(symbol)) return "·";
  return cleanLine(symbol) || "·";
}

/** The colour behind a text. */
type Ground = (theme: Theme, tokens: Tokens) => string;

/** Its colour behind a text, or an outline where it has none. */
function cell(scene: Scene, text: string, width: number, height: number, ground: Ground | undefined): Block {
  const { ink, second } = scene.tokens;
  const small = height <= nextHeight;
  const fill = ground && colourFor(scene.theme, ground);
  const written = ground ? colourFor(scene.theme, (theme, tokens) => legible(ground(theme, tokens), [tokens.ink, tokens.page])) : ink;
  const words = textLine(scene, text, { size: small ? 12 : 14, fill: written, width: width - 2 });
  const behind: Mark = fill === undefined ? { kind: "rect", x: 0.5, y: 0.5, width: width - 1, height: height - 1, stroke: second } : { kind: "rect", x: 0, y: 0, width, height, fill };
  return { width, height, marks: [behind, placed(words, (width - words.width) / 2, (height - words.height) / 2)] };
}

/** A text, symbol by symbol on the colour of its value, with the most probable next symbols under each. */
export function drawTextTrace(view: TextTraceView, scene: Scene): Exhibit {
  const all = numbersFor(scene, view, view.tensor, view.symbols.length);
  if (all.length === 0) return emptyExhibit(scene, "Nothing to draw: the text is empty.");
  const symbols = view.symbols.slice(0, mostSymbols);
  const statistics = statisticsOf(all);
  const domain = scene.agreed.domain ?? domainOf(statistics, view);

  const columns = symbols.map((symbol, i): Block => {
    const text = symbolText(symbol);
    const next = (view.next?.[i] ?? []).slice(0, mostNext).map((each) => ({ text: symbolText(each.symbol), probability: each.probability }));
    const needed = Math.max(scene.measure(text, 14, 400), ...next.map((each) => scene.measure(each.text, 12, 400)));
    const width = Math.min(widestSymbol, scene.width, Math.max(16, Math.ceil((needed + 4) / 4) * 4));
    const value = all[i]!;
    const fill = Number.isNaN(value) || view.colours === "importance" ? undefined : (theme: Theme) => colourOf(value, domain.range, view.colours, theme);
    const first = cell(scene, text, width, lineHeight, fill);
    const important = view.colours === "importance" && !Number.isNaN(value) ? accentCell(scene, text, width, value, domain.range) : first;
    const below = next.map((each) => cell(scene, each.text, width, nextHeight, (theme) => colourOf(each.probability, [0, 1], "magnitude", theme)));
    const block = stack([important, ...below], 0);
    return { ...block, marks: [{ kind: "group", x: 0, y: 0, title: `${text}: ${showNumber(value)}`, children: block.marks }] };
  });

  // A line of the text ends where its own line break stands.
  const lines: Block[][] = [[]];
  columns.forEach((column, i) => {
    lines.at(-1)!.push(column);
    if (/^(\r\n|\n|\r)$/u.test(symbols[i]!)) lines.push([]);
  });
  const body = stack(lines.filter((line) => line.length > 0).map((line) => flow(line, scene.width, 0, 8)), 8);
  const rest = all.length > symbols.length ? [textLine(scene, `The first ${showCount(symbols.length)} of ${showCount(all.length)} symbols.`)] : [];
  const bar = scene.agreed.oneLegend ? emptyBlock : colourBar(scene, { colours: view.colours, behind: scene.tokens.page, range: domain.range, unit: view.unit, ...(domain.own && { remark: "own scale" }) }, scene.width);
  const nextBar = view.next ? colourBar(scene, { colours: "magnitude", range: [0, 1], unit: "below each symbol: probability of the next" }, scene.width) : emptyBlock;
  const special = signs.filter(([, pattern]) => symbols.some((symbol) => pattern.test(symbol))).map(([words]) => words);
  const outlined = statistics.missing === 0 ? emptyBlock : keys(scene, [{ swatch: [{ kind: "rect", x: 0.5, y: 0.5, width: 11, height: 11, stroke: scene.tokens.second }], label: `not a number (${showCount(statistics.missing)} of ${showCount(statistics.count)})` }], scene.width);
  return {
    body: stack([body, ...rest], 8),
    legend: stack([flow([bar, nextBar], scene.width, 32, 12), outlined, special.length === 0 ? emptyBlock : textLine(scene, special.join(", "))], 8),
    ...(scene.agreed.domain === undefined && { notices: domain.notices, remarks: domain.remarks }),
    description: `A text of ${showCount(all.length)} symbols: ${view.unit} from ${showNumber(statistics.min)} to ${showNumber(statistics.max)}.`,
  };
}

/** There is no picture to shine through: the accent is mixed with the page. */
function accentCell(scene: Scene, text: string, width: number, value: number, range: readonly [number, number]): Block {
  return cell(scene, text, width, lineHeight, (theme, tokens) => {
    const [r, g, b, a] = [1, 3, 5, 7].map((at) => parseInt(colourOf(value, range, "importance", theme).padEnd(9, "f").slice(at, at + 2), 16)) as [number, number, number, number];
    const page = [1, 3, 5].map((at) => parseInt(tokens.page.slice(at, at + 2), 16));
    const mixed = [r, g, b].map((part, i) => Math.round(page[i]! + ((part - page[i]!) * a) / 255));
    return `rgb(${mixed.join(",")})`;
  });
}
