import { expect, test } from "vitest";
import { isVitrineError, type View } from "@vitrine/core";
import { exampleViews } from "@vitrine/testing";
import { drawView } from "./draw.js";

test.each(exampleViews())("$name is told with a code whatever field is missing or of another type", ({ view, tensors }) => {
  for (const key of Object.keys(view)) {
    for (const value of [undefined, null, 7, "x", [], {}, [null], NaN]) {
      try {
        drawView({ ...view, [key]: value } as unknown as View, { tensors }, { theme: "light", width: 400 });
      } catch (error) {
        expect(isVitrineError(error) ? error.code : error).toMatch(/^(view|tensor|map|picture)-/u);
      }
    }
  }
});
