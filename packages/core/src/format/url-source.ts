import { coreError } from "../errors/catalogue.js";
import type { ModelSource } from "./format.js";

export interface UrlSourceOptions {
  /** Instead of the platform's own: with credentials, through a cache. */
  readonly fetch?: (url: string, init: { signal?: AbortSignal }) => Promise<Response>;
  readonly signal?: AbortSignal;
  /** Most bytes of one file (default 2 GiB); a longer one is refused while it is read. */
  readonly maxBytes?: number;
}

/**
 * A model file behind a URL. What it names beside itself is read from the same folder or below: its path is no URL of its own,
 * and has no `..` that leaves the folder. A query (a token, a signature) goes along to the files beside it.
 * @throws `url-invalid`; while reading `url-unreadable`, `source-outside`, `source-missing`
 */
export function urlSource(url: string | URL, options: UrlSourceOptions = {}): ModelSource {
  let base: URL;
  try {
    base = new URL(url);
  } catch (cause) {
    throw coreError("url-invalid", { url: String(url) }, cause);
  }
  const folder = base.pathname.slice(0, base.pathname.lastIndexOf("/") + 1);
  const name = decoded(base.pathname.slice(folder.length)) || base.host;
  return {
    name,
    read: () => readUrl(base, options),
    sibling: async (path) => {
      const outside = (): Error => coreError("source-outside", { path, beside: name });
      if (path === "" || /[\0?#\\]/.test(path) || path.startsWith("/") || /^[a-z][a-z0-9+.-]*:/i.test(path)) throw outside();
      const target = new URL(base);
      target.pathname = folder + path.split("/").map(encodeURIComponent).join("/");
      if (!target.pathname.startsWith(folder) || target.origin !== base.origin) throw outside();
      return readUrl(target, options, () => coreError("source-missing", { path, beside: name }));
    },
  };
}

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

async function readUrl(url: URL, { fetch: fetchOne = fetch, signal, maxBytes = 2 ** 31 }: UrlSourceOptions, missing?: () => Error): Promise<Uint8Array> {
  const shown = `${url.origin}${url.pathname}`;
  const fail = (why: string, cause?: unknown): Error => coreError("url-unreadable", { url: shown, why }, cause);
  let response: Response;
  try {
    response = await fetchOne(url.href, signal ? { signal } : {});
  } catch (cause) {
    if (signal?.aborted) throw coreError("cancelled", {}, cause);
    throw fail(cause instanceof Error ? cause.message : String(cause), cause);
  }
  if (response.status === 404 && missing) throw missing();
  if (!response.ok) throw fail(`the server answers ${response.status}${response.statusText === "" ? "" : ` ${response.statusText}`}`);
  const tooLong = (): Error => fail(`it is longer than ${maxBytes} bytes`);
  if (Number(response.headers.get("content-length") ?? 0) > maxBytes) throw tooLong();
  if (!response.body) return new Uint8Array(await response.arrayBuffer());
  const parts: Uint8Array[] = [];
  let length = 0;
  const reader = response.body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      length += value.length;
      if (length > maxBytes) throw tooLong();
      parts.push(value);
    }
  } catch (cause) {
    void reader.cancel().catch(() => undefined);
    if (signal?.aborted) throw coreError("cancelled", {}, cause);
    throw cause instanceof Error && cause.name === "VitrineError" ? cause : fail(cause instanceof Error ? cause.message : String(cause), cause);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
