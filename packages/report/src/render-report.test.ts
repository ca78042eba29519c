import { parse, type DefaultTreeAdapterMap } from "parse5";
import { beforeAll, describe, expect, test } from "vitest";
import { float32, type View } from "@vitrine/core";
import { entry, fullDocument, hostileDocument, section, smallDocument, strange } from "../test/document.js";
import { renderReport, type RenderedReport } from "./render-report.js";

type Node = DefaultTreeAdapterMap["node"];
type Element = DefaultTreeAdapterMap["element"];

const isElement = (node: Node): node is Element => "tagName" in node;
function* within(node: Node): Generator<Element> {
  if (isElement(node)) yield node;
  for (const child of "childNodes" in node ? node.childNodes : []) yield* within(child);
  if ("content" in node) yield* within(node.content);
}
const attribute = (element: Element, name: string): string | undefined => element.attrs.find((each) => each.name === name)?.value;
const textOf = (node: Node): string => ("value" in node ? node.value : "childNodes" in node ? node.childNodes.map(textOf).join("") : "");
const classed = (element: Element, name: string): boolean => (attribute(element, "class") ?? "").split(" ").includes(name);

interface Page extends RenderedReport {
  readonly all: readonly Element[];
  readonly named: (tag: string) => Element[];
}
async function page(...given: Parameters<typeof renderReport>): Promise<Page> {
  const rendered = await renderReport(...given);
  const all = [...within(parse(rendered.html))];
  return { ...rendered, all, named: (tag) => all.filter(({ tagName }) => tagName === tag) };
}

const hash = async (text: string): Promise<string> => `sha256-${btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)))))}`;
const executable = ({ named }: Page): Element[] => named("script").filter((each) => attribute(each, "type") === undefined);

describe("a page", () => {
  let small: Page;
  let full: Page;
  beforeAll(async () => [small, full] = await Promise.all([page(smallDocument()), page(fullDocument())]), 60_000);

  test("allows its own script and style by their hashes, pictures from data, and nothing else", async () => {
    const policy = attribute(small.named("meta").find((each) => attribute(each, "http-equiv") === "Content-Security-Policy")!, "content");
    const [script] = executable(small);
    const [style] = small.named("style");
    expect(policy).toBe(`default-src 'none'; img-src data:; script-src '${await hash(textOf(script!))}'; style-src '${await hash(textOf(style!))}'; base-uri 'none'; form-action 'none'`);
    expect([executable(small).length, small.named("style").length]).toEqual([1, 1]);
  });

  test("stands for itself: nothing from outside, no styles or handlers in attributes", () => {
    for (const { all } of [small, full]) {
      for (const element of all) {
        for (const { name, value } of element.attrs) {
          expect(name).not.toMatch(/^(style|on.*|srcdoc|src)$/u);
          if (name === "href" && element.tagName !== "a") expect(value).toMatch(/^(#|data:image\/png;base64,)/u);
        }
      }
      expect(all.filter(({ tagName }) => /^(iframe|object|embed|link|base|form|foreignobject)$/iu.test(tagName))).toEqual([]);
    }
  });

  test("answers first: headline, picture, top five, where it looked, what was noticed", () => {
    const [headline] = small.named("h1");
    expect(textOf(headline!)).toBe("model.onnx says square (78 %)");
    const [glance] = small.all.filter((each) => classed(each, "glance"));
    const heads = [...within(glance!)].filter(({ tagName }) => tagName === "h2").map(textOf);
    expect(heads).toEqual(["The picture", "What it says", "Where it looked", "What was noticed"]);
    const words = textOf(glance!);
    for (const part of ["square", "20 %", "Hiding the square lowers the answer", "The map is coarser than the picture.", "float16 was widened"]) expect(words).toContain(part);
  });

  test.each(["unit:relu[3]", "class:3", "class:207 - class:3"])("says of a map about %s what it is about, not where the answer came from", async (target) => {
    const document = smallDocument();
    const sections = document.sections.map((each) => ({ ...each, entries: each.entries.map((one) => ({ ...one, report: { ...one.report, target } })) }));
    const { all } = await page({ ...document, sections });
    const [glance] = all.filter((each) => classed(each, "glance"));
    const heads = [...within(glance!)].filter(({ tagName }) => tagName === "h2").map(textOf);
    expect(heads).not.toContain("Where it looked");
    expect(heads).toContain(document.sections.flatMap(({ entries }) => entries).find(({ report }) => report.views[0]?.kind === "heatmap")!.report.views[0]!.title);
  });

  test("has a section for each question with something to say, in order", () => {
    const titles = small.named("section").filter((each) => classed(each, "question")).map((each) => attribute(each, "id"));
    expect(titles).toEqual(["saw", "decided", "learned", "trust", "about"]);
  });

  test("folds what is not open, and what is too much at once", () => {
    const folded = small.named("details").filter((each) => classed(each, "entry")).map((each) => textOf([...within(each)].find(({ tagName }) => tagName === "h3")!));
    expect(folded).toEqual(["Saliency", "Weights"]);
    const more = small.named("details").filter((each) => classed(each, "more") && !classed(each, "entry")).map((each) => textOf([...within(each)].find(({ tagName }) => tagName === "summary")!));
    expect(more).toEqual(["3 more figures of “Activation”"]);
    expect(small.named("details").filter((each) => attribute(each, "open") !== undefined)).toEqual([]);
  });

  test("says what was left out, why, and with which command", () => {
    const texts = small.all.filter((each) => classed(each, "left-out")).map(textOf);
    expect(texts).toHaveLength(2);
    expect(texts[0]).toContain("Integrated gradients: about 40 s, and 12 s were left");
    expect(texts[0]).toContain("vitrine integrated-gradients model.onnx --input photo.png");
  });

  test("every figure has a title, an alternative text, a way to save it, and the command and code that make it", () => {
    for (const { all, named } of [small, full]) {
      const byId = new Map(all.flatMap((each) => (attribute(each, "id") === undefined ? [] : [[attribute(each, "id")!, each] as const])));
      for (const figure of named("figure")) {
        expect(textOf(byId.get(attribute(figure, "aria-labelledby")!)!)).not.toBe("");
        const inside = [...within(figure)];
        for (const drawing of inside.filter(({ tagName, attrs }) => tagName === "svg" && attrs.some(({ name }) => name === "role"))) expect(attribute(drawing, "aria-label")!.length).toBeGreaterThan(10);
        expect(inside.filter(({ tagName }) => tagName === "code")).toHaveLength(2);
        expect(inside.some((each) => attribute(each, "data-save") === "png")).toBe(true);
      }
    }
  });

  test("its ids are unique, its headings in order, its words those of a language", () => {
    for (const { all, named } of [small, full]) {
      const ids = all.flatMap((each) => attribute(each, "id") ?? []);
      expect(new Set(ids).size).toBe(ids.length);
      const levels = all.filter(({ tagName }) => /^h\d$/u.test(tagName)).map(({ tagName }) => Number(tagName[1]));
      levels.forEach((level, i) => expect(level - (levels[i - 1] ?? 0)).toBeLessThanOrEqual(1));
      expect(named("h1")).toHaveLength(1);
      expect(attribute(named("html")[0]!, "lang")).toBe("en");
      expect(["main", "header", "nav"].map((tag) => named(tag).length)).toEqual([1, 1, 1]);
    }
  });

  test("pictures know their size before they are drawn", () => {
    for (const svg of full.named("svg").filter((each) => attribute(each, "role") === "img")) expect([attribute(svg, "width"), attribute(svg, "height"), attribute(svg, "viewBox")].every((value) => value !== undefined)).toBe(true);
  });

  test("holds a raster that several figures show once", () => {
    const hrefs = full.named("image").map((each) => attribute(each, "href")!).filter((href) => href.length > 400);
    expect(new Set(hrefs).size).toBe(hrefs.length);
    const symbols = new Set(full.named("symbol").map((each) => `#${attribute(each, "id")}`));
    expect(full.named("use").length).toBeGreaterThan(symbols.size);
    for (const use of full.named("use")) expect(symbols).toContain(attribute(use, "href"));
  });
});

describe("data", () => {
  const dataOf = ({ named }: Page): { figures: Record<string, { title: string; tensors: Record<string, string>; maps: Record<string, string> }>; tensors: Record<string, { dtype: string; shape: number[]; data: string }> } =>
    JSON.parse(textOf(named("script").find((each) => attribute(each, "id") === "data")!)) as ReturnType<typeof dataOf>;

  test("stand in the page, as they were", async () => {
    const data = dataOf(await page(smallDocument()));
    const figure = Object.values(data.figures).find(({ title }) => title === "Where the square was found")!;
    const held = data.tensors[figure.tensors["drop"]!]!;
    expect([held.dtype, held.shape]).toEqual(["float32", [6, 8]]);
    expect(new Float32Array(Uint8Array.from(atob(held.data), (letter) => letter.charCodeAt(0)).buffer)[28]).toBe(0.75);
  });

  test("a map of several channels is told as it is drawn", async () => {
    const view: View = { kind: "heatmap", title: "Summed", tensor: "raw", reduce: "sum", colours: "signed", unit: "u" };
    const report = smallDocument({ sections: [{ id: "saw", question: "Q", leftOut: [], entries: [entry({ views: [view], tensors: { raw: { tensor: float32([1, 2, 1, 2], [1, 2, 10, 20]), meaning: "raw" } } })] }] });
    const data = dataOf(await page(report));
    const [figure] = Object.values(data.figures);
    const map = data.tensors[figure!.maps["raw"]!]!;
    expect([...new Float32Array(Uint8Array.from(atob(map.data), (letter) => letter.charCodeAt(0)).buffer)]).toEqual([11, 22]);
    expect(data.tensors[figure!.tensors["raw"]!]!.shape).toEqual([1, 2, 1, 2]);
  });

  /** Noise does not compress. */
  const noise = (length: number): Float32Array => {
    let state = 7;
    return Float32Array.from({ length }, () => (state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) / 2 ** 32);
  };
  const large = (count: number, side: number): ReturnType<typeof smallDocument> => smallDocument({ sections: [{ id: "saw", question: "Q", leftOut: [], entries: [entry({
    views: Array.from({ length: count }, (_, i): View => ({ kind: "layer-grid", title: `Layer ${i}`, tensor: `a${i}`, axes: { batch: 0, unit: 1, rows: [2], columns: [3] }, scaling: { normalise: "magnitude", contrast: "layer", channelBoost: 0, gamma: 1 }, columns: 8, ownScale: false, colours: "magnitude", unit: "activation" })),
    tensors: Object.fromEntries(Array.from({ length: count }, (_, i) => [`a${i}`, { tensor: float32([1, 64, side >> (i >> 2), side >> (i >> 2)], noise(64 * (side >> (i >> 2)) ** 2)), meaning: "" }])),
  })] }] });

  test("of a network of twenty layers leave the page below 5 MB, and what has no place is named with its command", async () => {
    const made = await page(large(20, 112));
    expect(new TextEncoder().encode(made.html).length).toBeLessThan(5_000_000);
    expect(made.notices.join(" ")).toMatch(/\d+ tensors are too large for a page of 5 MB/u);
    const [first] = made.named("figure");
    expect(textOf(first!)).toContain("Too large for this page, written by the command below: a0 (float32 [1, 64, 112, 112], 3.2 MB)");
    expect(made.html).toContain(made.notices[0]!);
    expect(Object.keys(dataOf(made).tensors).length).toBeGreaterThan(8);
  }, 60_000);

  test("a page without room for its figures says so in their places", async () => {
    const made = await page(large(12, 28), { maxBytes: 250_000 });
    expect(new TextEncoder().encode(made.html).length).toBeLessThan(250_000);
    expect(made.notices.join(" ")).toMatch(/\d+ of 12 figures have no room in a page of 250 kB/u);
    expect(made.named("figure")).toHaveLength(12);
    expect(textOf(made.named("figure").at(-1)!)).toContain("There is no room for this picture in a page of 250 kB. The command below draws it.");
  }, 60_000);
});

describe("odd documents", () => {
  test("without input, answer or entries", async () => {
    const { input: _, answer: __, ...rest } = smallDocument({ sections: [] });
    const made = await page(rest);
    expect(textOf(made.named("h1")[0]!)).toBe("Inside model.onnx");
    expect(textOf(made.named("title")[0]!)).toBe("model.onnx · Vitrine");
  });

  test("of a text, and of a number", async () => {
    const made = await page(smallDocument({ input: { label: "poem.txt", text: "To be, or not", count: 3 }, answer: { kind: "value", label: "stars", value: 4.25 } }));
    expect(textOf(made.named("h1")[0]!)).toBe("model.onnx says 4.25 stars");
    expect(textOf(made.named("blockquote")[0]!)).toBe("To be, or not");
  });

  test("a view that cannot be drawn says why in its place", async () => {
    const views = [{ kind: "heatmap", title: "Missing", tensor: "nowhere", colours: "magnitude", unit: "u" }, { kind: "bars", title: "Broken" }, { kind: "own/view", title: "Own", data: { a: 1n }, fallback: { kind: "text", title: "Own", text: "its fallback" } }] as unknown as View[];
    const made = await page(smallDocument({ sections: [{ id: "saw", question: "Q", leftOut: [], entries: [entry({ views })] }] }));
    const texts = made.named("figure").map(textOf);
    expect(texts[0]).toContain("names the tensor `nowhere`");
    expect(texts[1]).toContain("is no whole `bars`");
    expect(texts[2]).toContain("its fallback");
  });
});

describe("names of a stranger", () => {
  let made: Page;
  beforeAll(async () => (made = await page(hostileDocument())), 60_000);

  test("are text everywhere: no element, attribute or script of theirs", () => {
    expect(executable(made)).toHaveLength(1);
    expect(made.named("script")).toHaveLength(2);
    expect(made.named("img")).toEqual([]);
    for (const element of made.all) for (const { name } of element.attrs) expect(name).not.toMatch(/^on|^style$/u);
    for (const link of made.named("a")) expect(attribute(link, "href")).toMatch(/^(#[\w-]*|https?:\/\/[^"]*)$/u);
    expect(new TextEncoder().encode(made.html).length).toBeLessThan(5_000_000);
  });

  test("keep their own direction, without marks that turn that of others", () => {
    const marks = /[\u202a-\u202e\u2066-\u2069\u200e\u200f]/u;
    for (const element of made.all) {
      if (element.tagName === "script" || element.tagName === "code" || element.tagName === "pre") continue;
      for (const child of "childNodes" in element ? element.childNodes : []) if ("value" in child) expect(child.value).not.toMatch(marks);
    }
  });

  test("of 10,000 characters are cut in their middle, and whole for who asks", () => {
    const cut = made.named("bdi").filter((each) => attribute(each, "title")?.includes("x".repeat(9000)));
    expect(cut.length).toBeGreaterThan(5);
    for (const each of cut) {
      expect(textOf(each).length).toBeLessThan(1000);
      expect(attribute(each, "tabindex")).toBe("0");
    }
  });

  test("stand whole in the data", () => {
    const data = textOf(made.named("script").find((each) => attribute(each, "id") === "data")!);
    for (const name of strange) expect(data).toContain(JSON.stringify(name).slice(1, -1).replaceAll("<", "\\u003c").replaceAll(">", "\\u003e").replaceAll("&", "\\u0026").replaceAll("\u2028", "\\u2028"));
    expect(() => JSON.parse(data) as unknown).not.toThrow();
  });
});

describe("what an entry shows", () => {
  const one = (of: Parameters<typeof entry>[0], id: "decided" | "learned" = "learned"): ReturnType<typeof smallDocument> => smallDocument({ sections: [section(id, "What?", [entry(of)])] });
  const curve = (values: readonly number[]): Parameters<typeof entry>[0] => ({
    views: [{ kind: "curve", title: "Where it was found", series: [{ x: "x", y: "y", label: "drop" }], xAxis: "place", yAxis: "drop" }],
    tensors: { x: { tensor: float32([values.length], values.map((_, i) => i)), meaning: "" }, y: { tensor: float32([values.length], values), meaning: "" } },
  });
  const text = (title: string, group?: string): View => ({ kind: "text", title, text: `${title}.`, ...(group !== undefined && { group }) });

  test("stands by groups, each under its heading, in the order of their first", async () => {
    const { named } = await page(one({ views: [text("Noticed", "Noticed"), text("one", "conv1"), text("all", "All weights"), text("two", "conv1"), text("loose")] }));
    expect(named("h4").map(textOf)).toEqual(["Noticed", "conv1", "All weights", "loose"]);
    expect(named("h5").filter((each) => classed(each, "title")).map(textOf)).toEqual(["one", "two", "all"]);
  });

  test("has no heading over a single group", async () => {
    const { named } = await page(one({ views: [text("one", "occlusion"), text("two", "occlusion")] }));
    expect(named("h4").map(textOf)).toEqual(["one", "two"]);
  });

  test("is not said twice: a text that the lead is anyway", async () => {
    const { named } = await page(one({ views: [text("What was found"), text("more")], facts: { summary: "What was found." } }));
    expect(named("h4").map(textOf)).toEqual(["more"]);
    expect(textOf(named("article")[0]!)).toContain("What was found.");
  });

  test("is where it looked only if it has places", async () => {
    expect((await page(one(curve([0.1, 0.7, 0.2]), "decided"))).all.filter((each) => classed(each, "g-looked"))).toHaveLength(1);
    expect((await page(one(curve([0.1]), "decided"))).all.filter((each) => classed(each, "g-looked"))).toEqual([]);
  });

  test("fills the row where nothing stands beside it", async () => {
    const table = (title: string): View => ({ kind: "table", title, columns: [{ title: "layer" }], rows: [["conv1"]] });
    const { named } = await page(one({ views: [table("beside"), text("one"), table("alone"), table("last")] }));
    expect(named("figure").map((each) => [textOf(named("h4")[named("figure").indexOf(each)]!), classed(each, "row")])).toEqual([["beside", false], ["one", false], ["alone", true], ["last", true]]);
  });
});

describe("a page without room for all", () => {
  /** Forty layers of noise, each second of which only the next one uses. */
  const layers = (): ReturnType<typeof entry> => {
    let state = 1;
    const noise = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
    const values = Array.from({ length: 40 }, () => float32([1, 16, 64, 64], Array.from({ length: 65_536 }, noise)));
    return entry({
      tensors: Object.fromEntries(values.map((tensor, i) => [`a${i}`, { tensor, meaning: "" }])),
      views: values.map((_, i): View => ({
        kind: "layer-grid", title: `layer ${i}`, tensor: `a${i}`, axes: { batch: 0, unit: 1, rows: [2], columns: [3] }, scaling: { normalise: "magnitude", contrast: "layer", channelBoost: 0, gamma: 1 },
        columns: 4, ownScale: false, colours: "magnitude", unit: "activation", ...(i % 2 === 0 && { nearly: `the layer ${i + 1}` }),
      })),
    });
  };

  test("draws coarser, then leaves out what others show nearly as well, by name and with the command", async () => {
    const rendered = await page(smallDocument({ sections: [section("saw", "What?", [layers()])] }), { maxBytes: 1_200_000 });
    expect(rendered.html.length).toBeLessThan(1_200_000);
    const titles = rendered.named("figure").map((each) => textOf([...within(each)].find((inner) => classed(inner, "title"))!));
    // The first of an entry stay; of the others first those go that have a like.
    for (let i = 0; i < 40; i++) if (i < 6 || i % 2 === 1) expect(titles).toContain(`layer ${i}`);
    expect(titles.length).toBeLessThan(40);
    const [yielded] = rendered.all.filter((each) => classed(each, "yielded"));
    expect(textOf(yielded!)).toContain("layer 38: see the layer 39");
    expect([...within(yielded!)].filter(({ tagName }) => tagName === "li").length + titles.length).toBe(40);
    expect(rendered.notices.join()).toMatch(/^\d+ of 40 figures have no room in a page of 1\.2 MB beside those that show nearly the same/);
    expect(textOf(rendered.named("body")[0]!)).not.toContain("There is no room for this picture");
  });
});
