import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { chromium, type Browser, type Page } from "playwright-core";
import { createServer, type ViteDevServer } from "vite";
import type { Library, MatrixNetwork, Outcome } from "./work.js";

const root = path.resolve(import.meta.dirname, "../../../..");

/** Headless Chromium with a page that runs networks, whose files `library` has. */
export class MatrixBrowser {
  readonly #server: ViteDevServer;
  readonly #browser: Browser;
  readonly #cache: string;
  readonly #pages = new Map<string, Promise<Page>>();

  private constructor(server: ViteDevServer, browser: Browser, cache: string) {
    this.#server = server;
    this.#browser = browser;
    this.#cache = cache;
  }

  static async open(library: Library, { executablePath, args }: { readonly executablePath: string; readonly args: readonly string[] }): Promise<MatrixBrowser> {
    const cache = await mkdtemp(path.join(tmpdir(), "vitrine-matrix-"));
    const server = await createServer({
      root, configFile: false, logLevel: "error", cacheDir: cache, appType: "custom",
      server: { host: "127.0.0.1", port: 0, hmr: false, watch: null },
      resolve: { conditions: ["vitrine-source", "module", "browser", "development"] },
      optimizeDeps: { entries: ["tooling/conformance/src/matrix/page.ts"] },
    });
    server.middlewares.use((request, response, next) => {
      const url = request.url ?? "";
      if (url === "/matrix.html") {
        response.setHeader("content-type", "text/html").end('<!doctype html><script type="module" src="/tooling/conformance/src/matrix/page.ts"></script>');
      } else if (url.startsWith("/files/")) {
        library.read(decodeURIComponent(url.slice("/files/".length))).then((bytes) => response.end(bytes), (error: unknown) => { response.statusCode = 404; response.end(String(error)); });
      } else next();
    });
    await server.listen();
    return new MatrixBrowser(server, await chromium.launch({ executablePath, args: [...args] }), cache);
  }

  /** Runs a network on one of tfjs's backends, each in a page of its own. */
  async run(backend: string, network: MatrixNetwork): Promise<Outcome[]> {
    let page = this.#pages.get(backend);
    if (!page) this.#pages.set(backend, (page = this.#page()));
    return (await page).evaluate(([name, given]) => window.runOn(name, given), [backend, network] as const);
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.#server.close();
    await rm(this.#cache, { recursive: true, force: true });
  }

  async #page(): Promise<Page> {
    const page = await this.#browser.newPage();
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(error.message));
    page.on("requestfailed", (request) => errors.push(`${request.url()} did not come`));
    await page.goto(`${this.#server.resolvedUrls!.local[0]!}matrix.html`);
    await page.waitForFunction(() => "runOn" in window, undefined, { timeout: 60_000 }).catch((cause: unknown) => {
      throw new Error(`The page did not start: ${errors.join("; ")}`, { cause });
    });
    return page;
  }
}
