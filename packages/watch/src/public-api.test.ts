import { expect, test } from "vitest";
import { exportedNames } from "@vitrine/testing";
import * as api from "./index.js";

test("the public API", () => {
  expect(exportedNames(api)).toMatchSnapshot();
});
