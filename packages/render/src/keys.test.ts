import { expect, test } from "vitest";
import fc from "fast-check";
import type { View } from "@vitrine/core";
import { viewKeys } from "./keys.js";

const text = (title: string): View => ({ kind: "text", title, text: "" });
const image = (tensor: string): View => ({ kind: "image", title: "A picture", tensor });

test("keys are their tensor's, else their title's", () => {
  expect(viewKeys([image("activation/conv1"), text("Where the dog was found"), image("activation/conv1")])).toEqual(["activation-conv1", "where-the-dog-was-found", "activation-conv1-2"]);
});

test.each(["", "..", "../../etc/passwd", "CON", "1", "a/b\\c:d", "כלב", "\u0000", "x".repeat(1000), ".hidden", "trailing."])("%j is a harmless file name", (name) => {
  const [key = ""] = viewKeys([image(name)]);
  expect(key).toMatch(/^[a-z0-9][a-z0-9._-]*$/u);
  expect(key).not.toMatch(/^(con|\d+)$|\.\.|\.$/u);
  expect(key.length).toBeLessThanOrEqual(90);
});

test("as many keys as views, none twice", () => {
  fc.assert(fc.property(fc.array(fc.string()), (names) => {
    const keys = viewKeys(names.map(image));
    expect(new Set(keys).size).toBe(names.length);
  }));
});
