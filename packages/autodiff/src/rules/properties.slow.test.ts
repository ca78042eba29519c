import { describe, test } from "vitest";
import { families } from "../../test/arbitraries.js";
import { holds } from "../../test/holds.js";

describe("rules at many random attributes and shapes", () => {
  test.each(families)("$name", async ({ cases }) => {
    await holds(cases, 600, 7);
  });
});
