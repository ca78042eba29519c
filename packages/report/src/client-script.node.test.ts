import { expect, test } from "vitest";
import { bundleClient, committed } from "../scripts/bundle-client.mjs";

test("the page's script is what client/ makes: run `npm run client` after a change there", async () => {
  expect(committed()).toBe(await bundleClient());
}, 60_000);
