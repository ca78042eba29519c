import { describe, test } from "vitest";
import { families } from "../../test/arbitraries.js";
import { holds } from "../../test/holds.js";

describe("rules at random attributes and shapes, against differences of float64 forward passes", () => {
  test.each(families)("$name", async ({ cases }) => {
    await holds(cases, 25);
  });
});
