import { describe, expect, test } from "vitest";
import fc from "fast-check";
import { cleanLine, cleanLines, escapeXml } from "./clean.js";
import { cutMiddle, wrap } from "./fit.js";
import { inBundledFont, measureText } from "./measure.js";
import { alignedNumbers, showDecimals, showNumber, showShare } from "./numbers.js";

const options = { size: 12, measure: measureText };

describe("clean", () => {
  test("control characters become visible, what changes direction goes", () => {
    expect(cleanLine("a\u0000b\u001b[31m\u007f")).toBe("a·b·[31m·");
    expect(cleanLine("user\u202Egnp.exe\u2066x\u2069\u200F")).toBe("usergnp.exex");
    expect(cleanLine("  a\n\tb\u2028c  ")).toBe("a b c");
    expect(cleanLine("\ud800x\ufffe")).toBe("·x·");
    expect(cleanLine("שלום")).toBe("שלום");
  });

  test("stacks of marks are cut", () => {
    expect([...cleanLine(`z${"\u0301".repeat(400)}`)].length).toBeLessThanOrEqual(4);
  });

  test("no text of any kind holds what XML forbids", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const clean = escapeXml(cleanLine(text));
        // XML 1.0, production 2.
        expect(clean).toMatch(/^[\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u);
        expect(clean).not.toMatch(/[<>"']/u);
      }),
    );
  });

  test("lines keep their indentation", () => {
    expect(cleanLines("a\n  b\r\n\tc")).toEqual(["a", "\u00a0\u00a0b", "\u00a0\u00a0\u00a0\u00a0c"]);
  });
});

describe("fit", () => {
  test("what fits stays", () => {
    expect(cutMiddle("conv1", 100, options)).toBe("conv1");
  });

  test("a long name keeps both its ends", () => {
    const cut = cutMiddle("features.3.squeeze.activation.Relu_output_0", 120, options);
    expect(cut).toMatch(/^features.*….*output_0$/u);
  });

  test("what is cut fits, and one letter more would not", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 400 }), fc.integer({ min: 10, max: 300 }), (text, width) => {
        const cut = cutMiddle(text, width, options);
        expect(measureText(cut, 12, 400)).toBeLessThanOrEqual(width);
        if (cut !== cleanLine(text) && cut !== "…") expect(measureText(cut, 12, 400)).toBeGreaterThan(width - 2 * 14);
      }),
    );
  });

  test("no line of a paragraph is wider than its column, none is lost unsaid", () => {
    fc.assert(
      fc.property(fc.lorem({ maxCount: 60 }), fc.integer({ min: 60, max: 400 }), (text, width) => {
        const lines = wrap(text, width, 4, options);
        expect(lines.length).toBeLessThanOrEqual(4);
        for (const line of lines) expect(measureText(line, 12, 400)).toBeLessThanOrEqual(width);
        if (lines.join(" ") !== text) expect(lines.join(" ")).toContain("…");
      }),
    );
  });

  test("ten thousand letters take no time", () => {
    const started = performance.now();
    cutMiddle("x".repeat(1_000_000), 200, options);
    wrap("word ".repeat(200_000), 200, 3, options);
    expect(performance.now() - started).toBeLessThan(500);
  });
});

describe("measure", () => {
  test("digits are tabular", () => {
    expect(new Set([..."0123456789"].map((digit) => measureText(digit, 12, 400))).size).toBe(1);
    expect(new Set([..."0123456789"].map((digit) => measureText(digit, 12, 600))).size).toBe(1);
  });

  test("it is in proportion to the size", () => {
    expect(measureText("Where the dog was found", 20, 600)).toBeCloseTo(2 * measureText("Where the dog was found", 10, 600), 6);
  });

  test("letters of other scripts are known to be missing", () => {
    expect(inBundledFont("Größe × 12 % → σ²")).toBe(true);
    expect(inBundledFont("כלב")).toBe(false);
    expect(inBundledFont("草")).toBe(false);
  });
});

describe("numbers", () => {
  test.each([
    [0, "0"], [-0, "0"], [NaN, "not a number"], [Infinity, "∞"], [-Infinity, "−∞"],
    [0.784, "0.784"], [-0.0299, "−0.0299"], [1000, "1,000"], [1204.5, "1,200"], [12.345, "12.3"], [2e-5, "2e−5"], [1.234e12, "1.23e12"], [-40, "−40"],
  ])("%d", (value, text) => {
    expect(showNumber(value)).toBe(text);
  });

  test("decimals never make a number vanish", () => {
    expect(showDecimals(-0.004, 2)).toBe("−0.004");
    expect(showDecimals(1204.5, 2)).toBe("1,204.50");
    expect(showDecimals(0, 2)).toBe("0.00");
  });

  test("numbers below each other share their decimals", () => {
    expect(alignedNumbers([0.784, 0.09, 0.0004])).toEqual(["0.784", "0.090", "0.0004"]);
    expect(alignedNumbers([31, 28, 3])).toEqual(["31", "28", "3"]);
  });

  test("shares are 0 and 100 % only where they are", () => {
    expect([0, 1, 50, 999, 1000].map((part) => showShare(part, 1000))).toEqual(["0 %", "< 1 %", "5 %", "> 99 %", "100 %"]);
  });
});
