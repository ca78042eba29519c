import { describe, expect, it } from "vitest";
import { urlSource } from "./url-source.js";

const asked: string[] = [];
const files: Readonly<Record<string, Response | (() => Response)>> = {
  "https://host.test/models/net/model.json?token=1": () => new Response("{}"),
  "https://host.test/models/net/a%20b.bin?token=1": () => new Response(Uint8Array.of(1, 2, 3)),
  "https://host.test/models/net/deep/c.bin?token=1": () => new Response(Uint8Array.of(4)),
  "https://host.test/models/net/locked.bin?token=1": () => new Response("no", { status: 403, statusText: "Forbidden" }),
};
const fetch = (url: string): Promise<Response> => {
  asked.push(url);
  const found = files[url];
  return Promise.resolve(typeof found === "function" ? found() : new Response("", { status: 404 }));
};
const source = urlSource("https://host.test/models/net/model.json?token=1", { fetch });

describe("a model behind a URL", () => {
  it("is read with the files beside it", async () => {
    expect(source.name).toBe("model.json");
    expect(new TextDecoder().decode(await source.read())).toBe("{}");
    expect([...(await source.sibling("a b.bin"))]).toEqual([1, 2, 3]);
    expect([...(await source.sibling("deep/c.bin"))]).toEqual([4]);
  });

  it.each(["../secret.bin", "deep/../../secret.bin", "/etc/passwd", "https://elsewhere.test/a.bin", "//elsewhere.test/a.bin", "..\\secret.bin", "a.bin?x", "a.bin#x", "", "."])("never leaves its folder: %s", async (path) => {
    const before = asked.length;
    const refused = await source.sibling(path).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: expect.stringMatching(/^source-(outside|missing)$/) as string });
    for (const url of asked.slice(before)) expect(url).toMatch(/^https:\/\/host\.test\/models\/net\//);
  });

  it("says what is missing, locked, unreachable or too long", async () => {
    await expect(source.sibling("none.bin")).rejects.toMatchObject({ code: "source-missing" });
    await expect(source.sibling("locked.bin")).rejects.toMatchObject({ code: "url-unreadable", message: expect.stringContaining("403 Forbidden") as string });
    await expect(urlSource("https://host.test/x.json", { fetch: () => Promise.reject(new Error("getaddrinfo ENOTFOUND")) }).read()).rejects.toMatchObject({ code: "url-unreadable", message: expect.stringContaining("ENOTFOUND") as string });
    await expect(urlSource("https://host.test/models/net/a%20b.bin?token=1", { fetch, maxBytes: 2 }).read()).rejects.toMatchObject({ code: "url-unreadable", message: expect.stringContaining("longer than 2 bytes") as string });
    expect(() => urlSource("model.json")).toThrow(expect.objectContaining({ code: "url-invalid" }));
  });

  it("stops when it is told to", async () => {
    const controller = new AbortController();
    const slow = urlSource("https://host.test/x.json", { signal: controller.signal, fetch: () => new Promise((_, reject) => controller.signal.addEventListener("abort", () => reject(new Error("aborted")))) });
    const reading = slow.read();
    controller.abort();
    await expect(reading).rejects.toMatchObject({ code: "cancelled" });
  });
});
