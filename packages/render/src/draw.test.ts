import { describe, expect, test } from "vitest";
import { float32, isVitrineError, tensor, toFloat32, type FindingTensor, type View } from "@vitrine/core";
import { exampleViews, hostileName } from "@vitrine/testing";
import { boxesOf, textBoxes } from "../test/geometry.js";
import { drawFailure, drawView, type Figure } from "./draw.js";
import { statisticsOf } from "./data/statistics.js";
import { cleanLine } from "./text/clean.js";
import { showNumber } from "./text/numbers.js";
import { tokens } from "./tokens.js";

const example = (name: string): ReturnType<typeof exampleViews>[number] => exampleViews().find((each) => each.name === name)!;
const draw = (name: string, change: Partial<Record<string, unknown>> = {}): Figure => {
  const { view, tensors } = example(name);
  return drawView({ ...view, ...change } as View, { tensors }, { theme: "light" });
};
const words = (figure: Figure): string[] => textBoxes(figure.svg).map(({ text }) => text);
const finding = (shape: number[], values: number[]): FindingTensor => ({ tensor: float32(shape, values), meaning: "" });

/** The skeleton of a document: element names and their nesting, without numbers. */
const skeleton = (svg: string): string => svg.replace(/="[^"]*"/gu, "").replace(/<(\w+)[^>]*?(\/?)>/gu, "<$1$2>");

describe("a figure", () => {
  test("has title, exhibit, legend, caption and source, in this order", () => {
    const texts = textBoxes(draw("heatmap-importance").svg);
    const at = (text: string): number => texts.find((box) => box.text.startsWith(text))!.y;
    const order = ["Where the dog was found", "Input", "mean drop of the probability · own scale", "Hiding the head", "squeezenet1.1.onnx"].map(at);
    expect(order).toEqual([...order].sort((a, b) => a - b));
  });

  test("stands for itself: no ids, styles, scripts, nothing outside", () => {
    for (const { view, tensors } of exampleViews()) {
      const { svg } = drawView(view, { tensors }, { theme: "dark" });
      const tags = svg.replace(/"[^"]*"/gu, '""').match(/<[^>]*>/gu)!.join("");
      expect(tags).not.toMatch(/ (id|style|class|on\w+)=|<(script|style|foreignObject|use)\b/u);
      expect(Array.from(svg.matchAll(/ href="([^"]{0,30})/gu), ([, href]) => href).filter((href) => !href!.startsWith("data:image/png;base64,") && view.kind !== "link")).toEqual([]);
    }
  });

  test("has an accessible title and description", () => {
    const figure = draw("heatmap-importance");
    expect(figure.svg).toMatch(/^<svg [^>]*role="img" aria-label="Where the dog was found"><title>Where the dog was found<\/title><desc>A map of 224 rows/u);
    expect(figure.description).toContain("mean drop of the probability from −0.03 to 0.625");
    for (const { view, tensors } of exampleViews()) expect(drawView(view, { tensors }, { theme: "light" }).description).not.toBe("");
  });

  test("is of the page's colour", () => {
    for (const theme of ["light", "dark"] as const) expect(drawView(example("bars").view, { tensors: {} }, { theme }).svg).toContain(`fill="${tokens[theme].page}"`);
  });

  test("may be measured by somebody else", () => {
    const wide = drawView(example("table").view, { tensors: {} }, { theme: "light", measure: (text, size) => text.length * size });
    expect(words(wide).length).toBeGreaterThan(words(draw("table")).length);
  });

  test.each([0, 100, 5000, 736.5, NaN])("is not %d wide", (width) => {
    expect(() => drawView(example("bars").view, { tensors: {} }, { theme: "light", width })).toThrow(/cannot be/u);
  });

  test("keeps its structure", () => {
    expect(skeleton(draw("heatmap-coarse").svg)).toMatchSnapshot();
    expect(skeleton(draw("bars").svg)).toMatchSnapshot();
  });
});

describe("legends", () => {
  test("state both ends, the unit and whose scale it is", () => {
    const { tensors } = example("heatmap-alone");
    const most = showNumber(statisticsOf(toFloat32(tensors["unit"]!.tensor)).max);
    expect(words(draw("heatmap-alone"))).toEqual(expect.arrayContaining(["0", most, "activation · own scale"]));
    expect(words(draw("heatmap-coarse"))).toEqual(expect.arrayContaining(["0", "1", "probability of golden retriever"]));
    expect(words(draw("layer-grid"))).toEqual(expect.arrayContaining(["activation · one scale for all units"]));
    expect(words(draw("layer-grid-small"))).toEqual(expect.arrayContaining(["activation · each unit on its own scale", "the unit's strongest"]));
    expect(words(draw("layer-grid-few")).join()).toContain("γ 0.5");
  });

  test("of a signed map are symmetric and name zero", () => {
    const texts = words(draw("heatmap-signed"));
    const [low] = texts.filter((text) => /^−0\.\d{3}$/u.test(text));
    expect(texts).toEqual(expect.arrayContaining([low, "0", low!.slice(1)]));
  });

  test("name every class with its share, and put the rest together", () => {
    const texts = words(draw("label-map-many"));
    expect(texts).toEqual(expect.arrayContaining(["class number 0", "class number 7", "6 others"]));
    expect(texts).not.toContain("class number 8");
  });

  test("count what is not a number", () => {
    expect(words(draw("odd-missing")).join()).toContain("not a number (70 of 400)");
  });
});

test("units over time are a row each, however many", () => {
  const { height } = draw("layer-grid-series");
  expect(words(draw("layer-grid-series"))).toEqual(expect.arrayContaining(["128 units at 200 places, a row each", "0", "120"]));
  expect(height).toBeLessThan(700);
});

describe("comparing", () => {
  test("maps share one scale, one legend and one clean picture", () => {
    const texts = words(draw("side-by-side"));
    expect(texts.filter((text) => text === "Input")).toHaveLength(1);
    expect(texts.filter((text) => text.includes("one scale for both"))).toHaveLength(1);
    expect(texts.join()).not.toContain("own scale");
  });

  test("maps that measure differently say so", () => {
    expect(words(draw("side-by-side-four"))).toContain("The scales differ from map to map.");
  });

  test("a value has the same colour in both maps", () => {
    const view: View = { kind: "side-by-side", title: "Two", views: ["a", "b"].map((name) => ({ kind: "heatmap", title: name, tensor: name, colours: "magnitude", unit: "x" })) };
    const images = (a: number[], b: number[]): string[] => Array.from(drawView(view, { tensors: { a: finding([1, 2], a), b: finding([1, 2], b) } }, { theme: "light" }).svg.matchAll(/href="(data:[^"]*)"/gu), ([, href]) => href!);
    const [one, other] = images([0, 1], [0, 4]);
    expect(one).not.toBe(other);
    const [same, again] = images([0, 4], [0, 4]);
    expect(same).toBe(again);
    expect(same).toBe(other);
  });
});

describe("much", () => {
  test("of a thousand bars the ten largest and the marked one", () => {
    const texts = words(draw("bars-thousand"));
    expect(texts).toContain("The 10 largest of 1,000, and what is marked.");
    expect(texts.filter((text) => text.includes("class "))).toHaveLength(11);
  });

  test("of ten thousand units those that can be seen", () => {
    expect(words(draw("dense-huge"))[1]).toContain("The first 4,096 of 10,000 units");
  });

  test("a million points are as many circles as there is room for", () => {
    const count = 1_000_000;
    const x = finding([count], Array.from({ length: count }, (_, i) => i % 1000));
    const y = finding([count], Array.from({ length: count }, (_, i) => (i * 7) % 997));
    const { svg } = drawView({ kind: "scatter", title: "Many", x: "x", y: "y", xAxis: "x", yAxis: "y" }, { tensors: { x, y } }, { theme: "light" });
    expect(svg.length).toBeLessThan(4_000_000);
  }, 30_000);
});

describe("outlines", () => {
  test("stay within the picture", () => {
    const { svg } = draw("odd-long");
    const pictures = boxesOf(svg, "image");
    const frames = boxesOf(svg, "rect").filter(({ width, height }) => width > 200 && height > 200 && width < 700);
    for (const frame of frames) expect(pictures.some((picture) => frame.x >= picture.x && frame.y >= picture.y && frame.x + frame.width <= picture.x + picture.width && frame.y + frame.height <= picture.y + picture.height)).toBe(true);
  });
});

describe("names of a stranger", () => {
  test("are text, and nothing else", () => {
    const { svg } = draw("odd-hostile");
    expect(svg).not.toMatch(/<script|<img|\u202e|\p{Cc}/u);
    expect(textBoxes(svg).map(({ text }) => text)).toContain(cleanLine(hostileName));
  });

  test("a cut name is whole on hover", () => {
    const { svg } = draw("table");
    expect(svg).toContain("<title>features.3.squeeze.activation.Relu_output_0.with.a.very.long.name.that.goes.on</title>");
  });

  test.each(["javascript:alert(1)", "data:text/html,x", "//evil.example", "https:", " javascript:x", "java\tscript:x", "file:///etc/passwd", "vbscript:x", '"><script>'])("%j is no link", (href) => {
    expect(draw("link", { href }).svg).not.toContain("<a ");
  });

  test.each(["https://arxiv.org/abs/1311.2901", "http://example.org/?a=b&c", "#section", "pictures/one.png"])("%j is a link", (href) => {
    expect(draw("link", { href }).svg).toContain(`<a href="${href.replace("&", "&amp;")}">`);
  });
});

describe("a view that cannot be drawn", () => {
  const code = (action: () => unknown): string | undefined => {
    try {
      action();
      return undefined;
    } catch (error) {
      return isVitrineError(error) ? error.code : String(error);
    }
  };

  test("names what is wrong", () => {
    const tensors = { m: finding([2, 2], [1, 2, 3, 4]), s: { tensor: tensor("string", [1], ["x"]), meaning: "" } };
    const of = (view: View): string | undefined => code(() => drawView(view, { tensors }, { theme: "light" }));
    const heatmap = { kind: "heatmap", title: "t", tensor: "m", colours: "magnitude", unit: "u" } as const;
    expect(of({ ...heatmap, tensor: "toString" })).toBe("view-tensor-missing");
    expect(of({ ...heatmap, tensor: "s" })).toBe("view-tensor-shape");
    expect(of({ ...heatmap, over: "m" })).toBe("view-tensor-shape");
    expect(of({ ...heatmap, sample: 3 })).toBe("view-sample");
    expect(of({ ...heatmap, place: [0, 0, 0, 5] })).toBe("view-field");
    expect(of({ kind: "matrix", title: "t", tensor: "m", rows: ["a"], columns: [], colours: "signed", unit: "u" })).toBe("view-field");
    expect(of({ kind: "hologram", title: "t" } as unknown as View)).toBe("view-kind");
    expect(of({ kind: "bars", title: "t", xAxis: "x" } as unknown as View)).toBe("view-malformed");
    expect(of({ kind: "layer-grid", title: "t", tensor: "m", axes: { rows: [], columns: [] }, scaling: { normalise: "magnitude", contrast: "layer", channelBoost: 0, gamma: 1 }, columns: 1, ownScale: false, colours: "magnitude", unit: "u" })).toBe("view-axes");
  });

  test("for what it holds: too deep, too many, itself", () => {
    const text: View = { kind: "text", title: "t", text: "x" };
    const nest = (view: View): View => ({ kind: "side-by-side", title: "t", views: [view] });
    expect(code(() => drawView(nest(nest(nest(text))), { tensors: {} }, { theme: "light" }))).toBeUndefined();
    expect(code(() => drawView(nest(nest(nest(nest(text)))), { tensors: {} }, { theme: "light" }))).toBe("view-depth");
    expect(code(() => drawView({ kind: "side-by-side", title: "t", views: Array.from({ length: 300 }, () => text) }, { tensors: {} }, { theme: "light" }))).toBe("view-count");
    const self = { kind: "side-by-side", title: "t", views: [] as View[] };
    self.views.push(self as View, self as View);
    expect(code(() => drawView(self as View, { tensors: {} }, { theme: "light" }))).toMatch(/^view-(depth|count)$/u);
  });

  test("leaves a figure that says why", () => {
    const figure = drawFailure({ kind: "bars", title: "Bars" } as unknown as View, "It has no bars.", { theme: "light" });
    expect(words(figure)).toEqual(["Bars", "This picture could not be drawn.", "It has no bars."]);
  });
});

describe("what is counted", () => {
  const wordsOf = (x: readonly number[]): string[] => {
    const column = (values: readonly number[]) => ({ tensor: float32([values.length], values), meaning: "" });
    const { svg } = drawView({ kind: "curve", title: "Counted", xAxis: "checkpoint", yAxis: "share", yRange: [0, 10], series: [{ label: "", x: "x", y: "y" }] }, { tensors: { x: column(x), y: column(x.map((_, i) => i % 2)) } }, { theme: "light" });
    return [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/gu)].map(([, text]) => text!);
  };

  test("has no ticks between whole numbers", () => {
    const between = (x: readonly number[]): string[] => wordsOf(x).filter((text) => /^\d+\.\d/u.test(text));
    expect([between([0, 1, 2]), between([3]), between([0, 1000, 2500])]).toEqual([[], [], []]);
    expect(wordsOf([0, 1, 2])).toEqual(expect.arrayContaining(["0", "1", "2"]));
    expect(between([0, 1.5, 2])).not.toEqual([]);
  });
});
