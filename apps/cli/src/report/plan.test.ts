import { defineMethod, type ReportSection } from "@vitrine/core";
import { describe, expect, it } from "vitest";
import { choose, type PlannedPart } from "./plan.js";

// eslint-disable-next-line require-yield
const method = defineMethod({ id: "any", title: "Any", summary: "Any.", citations: [], params: {}, async *run() { return await Promise.resolve({ tensors: {}, facts: {}, views: [] }); } });

/** A part that takes these many seconds, the best way first; undefined where nobody knows. */
const part = (title: string, section: ReportSection, ...seconds: readonly (number | undefined)[]): PlannedPart => ({ method, section, title, ways: seconds.map((estimate) => ({ passes: 1, estimate })) });
const told = ({ made, leftOut }: ReturnType<typeof choose>) => ({ made: made.map(({ part: { title }, way }) => [title, way.estimate]), leftOut: leftOut.map(({ part: { title } }) => title) });

describe("choose", () => {
  it("makes all in their best way where there is time, cheap ones first, then the first of a section", () => {
    const parts = [part("map", "decided", 25, 8), part("slow", "decided", 9), part("cheap", "decided", 1), part("layers", "saw", 2), part("unknown", "trust", undefined)];
    expect(told(choose(parts, 100))).toEqual({ made: [["cheap", 1], ["layers", 2], ["map", 25], ["slow", 9], ["unknown", undefined]], leftOut: [] });
  });

  it("makes some in a lesser way before it leaves any out, in the order of their installation", () => {
    expect(told(choose([part("a", "decided", 20, 4), part("b", "decided", 20, 4), part("c", "decided", 20, 4)], 30))).toEqual({ made: [["a", 20], ["b", 4], ["c", 4]], leftOut: [] });
  });

  it("leaves out what does not fit, the first of a section last of all", () => {
    expect(told(choose([part("map", "decided", 10), part("other", "decided", 6)], 12))).toEqual({ made: [["map", 10]], leftOut: ["other"] });
    expect(told(choose([part("map", "decided", 10), part("x", "trust", undefined)], -1))).toEqual({ made: [], leftOut: ["map", "x"] });
  });

  it("never promises more time than there is", () => {
    for (let seconds = 0; seconds < 60; seconds += 3) {
      const { made } = choose([part("a", "saw", 9, 5, 2), part("b", "decided", 30, 11, 3), part("c", "decided", 7), part("d", "learned", 1)], seconds);
      expect(made.reduce((sum, { way }) => sum + way.estimate!, 0)).toBeLessThanOrEqual(seconds);
    }
  });

  it("says why a part is refused, whatever the time", () => {
    const refused: PlannedPart = { ...part("no", "decided", 1), refused: "It needs an input." };
    expect(choose([refused], 100)).toEqual({ made: [], leftOut: [{ part: refused, why: "It needs an input." }] });
  });
});
