import { fingerprint, isVitrineError, memorySource, seededRandom, type Format, type ModelFile } from "@vitrine/core";
import { checkGraph } from "./check-graph.js";
import { hold, messageOf, runSuite, violated, type Suite, type SuiteCase, type SuiteReport } from "./suite.js";

/** A file that a format reads. */
export interface FormatSample {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Files beside it, by path. */
  readonly siblings?: Readonly<Record<string, Uint8Array>>;
}

export interface FormatSuiteOptions {
  /** How many places each sample is cut at, and how many times its bytes are flipped (default 50 each). */
  readonly mutations?: number;
  /** Longest time that any of them may take to be refused, in milliseconds (default 5000). */
  readonly patience?: number;
}

/** How many bytes a format gets to recognise a file by. */
const headBytes = 256;

/**
 * What every format holds: it recognises and reads its files into valid graphs, writes what it reads again, and refuses
 * everything else with an error that names the file.
 */
export function formatSuite(format: Format, samples: readonly FormatSample[], { mutations = 50, patience = 5000 }: FormatSuiteOptions = {}): Suite {
  const read = ({ name, bytes, siblings }: FormatSample): Promise<ModelFile> => format.read(memorySource(name, bytes, siblings));
  const contract = (name: string, run: () => Promise<void>): SuiteCase => ({ name, run });

  /** Reading either succeeds, with a valid graph, or ends in an error of Vitrine that is not its own fault. */
  const survives = async (sample: FormatSample, what: string, mayRead: boolean): Promise<void> => {
    const begun = performance.now();
    try {
      const { graph } = await read(sample);
      if (!mayRead) throw violated("what is no model is refused", `${what} was read as a graph of ${graph.nodes.length} nodes`);
      for (const constant of graph.constants.values()) constant.read();
    } catch (error) {
      if (!isVitrineError(error)) throw violated("bad files end in a VitrineError", `${what} ended in ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`);
      if (error.code === "violated") throw error;
      if (error.kind === "internal") throw violated("bad files are the caller's to mend", `${what} ended in the internal error \`${error.code}\`: ${error.message}`);
    }
    const took = performance.now() - begun;
    if (took > patience) throw violated("bad files are refused quickly", `${what} took ${Math.round(took)} ms`);
  };

  const cases: SuiteCase[] = [
    contract("the format says what it is", async () => {
      hold(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(format.id), "an id is in kebab case", () => `it is \`${format.id}\``);
      hold(format.title.trim() !== "", "a format has a title", () => "it is empty");
      for (const extension of format.extensions) hold(/^\.[a-z0-9.]+$/.test(extension), "extensions are lower-case and begin with a dot", () => `\`${extension}\` is not`);
    }),
    contract("it does not claim what is not its own", async () => {
      for (const head of [new Uint8Array(), new TextEncoder().encode("hello, world"), Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)]) {
        hold(!format.recognises("picture.png", head), "a picture is not recognised", () => `${head.length} bytes were`);
      }
    }),
    ...samples.flatMap((sample) => {
      const { name, bytes } = sample;
      const random = seededRandom(bytes.length);
      return [
        contract(`${name} › is recognised`, async () => hold(format.recognises(name, bytes.subarray(0, headBytes)), "a file of the format is recognised", () => "it is not")),
        contract(`${name} › reads into a valid graph`, async () => {
          const file = await read(sample);
          const problems = checkGraph(file.graph);
          hold(problems.length === 0, "the graph is valid", () => problems.slice(0, 5).join("; "));
          hold(file.origin.trim() !== "", "it says where the file comes from", () => "`origin` is empty");
        }),
        contract(`${name} › reads the same twice, and leaves the bytes alone`, async () => {
          const copy = bytes.slice();
          const [one, two] = [await read(sample), await read(sample)];
          hold(structure(one) === structure(two), "reading twice gives equal graphs", () => "they differ");
          hold(copy.every((byte, i) => byte === bytes[i]), "the bytes are not written to", () => "they were");
        }),
        ...(format.write
          ? [contract(`${name} › is written and read again as it was`, async () => {
              const file = await read(sample);
              const again = await read({ name, bytes: await format.write!(file) });
              hold(structure(file) === structure(again), "a graph that was written reads as it was", () => "it differs");
            })]
          : []),
        contract(`${name} › cut off anywhere is refused or still whole`, async () => {
          const cuts = new Set([0, 1, 2, 7, 8, bytes.length - 1, ...Array.from({ length: mutations }, () => random.below(bytes.length))].filter((cut) => cut >= 0 && cut < bytes.length));
          for (const cut of cuts) await survives({ ...sample, bytes: bytes.slice(0, cut) }, `${name} cut after ${cut} of ${bytes.length} bytes`, cut > 0);
        }),
        contract(`${name} › with bytes flipped is refused or still whole`, async () => {
          for (let i = 0; i < mutations; i++) {
            const changed = bytes.slice();
            // The structure of a file lies near its start; its weights, where nothing can go wrong, are most of the rest.
            const at = random.below(i % 2 === 0 ? Math.min(bytes.length, 1024) : bytes.length);
            changed[at] = changed[at]! ^ (1 + random.below(255));
            await survives({ ...sample, bytes: changed }, `${name} with byte ${at} as ${changed[at]!}`, true);
          }
        }),
      ];
    }),
    contract("what is no model is refused", async () => {
      const name = `nothing${format.extensions[0] ?? ""}`;
      const random = seededRandom(1);
      await survives({ name, bytes: new Uint8Array() }, "an empty file", false);
      await survives({ name, bytes: new TextEncoder().encode("This is a text, and no model at all.\n".repeat(20)) }, "a text", false);
      await survives({ name, bytes: Uint8Array.from({ length: 4096 }, () => random.below(256)) }, "random bytes", false);
      await survives({ name, bytes: new Uint8Array(4096) }, "zeros", false);
      await survives({ name, bytes: new Uint8Array(4096).fill(255) }, "bytes of 255", false);
    }),
    contract("a refusal names the file", async () => {
      const name = `broken-file${format.extensions[0] ?? ""}`;
      try {
        await read({ name, bytes: new TextEncoder().encode("nonsense") });
      } catch (error) {
        hold(messageOf(error).includes(name), "a refusal names the file", () => messageOf(error));
        return;
      }
      throw violated("a refusal names the file", "nothing was refused");
    }),
  ];
  return { title: `format ${format.id}`, cases, dispose: () => Promise.resolve() };
}

/** Runs the suite and reports, for authors of formats. */
export function testFormat(format: Format, samples: readonly FormatSample[], options?: FormatSuiteOptions): Promise<SuiteReport> {
  return runSuite(formatSuite(format, samples, options));
}

/** What has to survive writing and reading: large constants are compared by what they are, which `fingerprint` leaves out. */
function structure({ graph, metadata }: ModelFile): string {
  const { constants, ...rest } = graph;
  const weights = [...constants].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, constant]) => `${name} ${constant.dtype} ${constant.shape.join(",")} ${sum(constant.dtype === "string" ? undefined : constant.bytes())}`);
  const declared = graph.outputs.map(({ name, dtype, shape }) => `${name} ${dtype} ${shape?.join(",")}`);
  return [fingerprint({ ...rest, constants: new Map() }), ...declared, ...weights, JSON.stringify(metadata)].join("\n");
}

/** FNV-1a of the bytes. */
function sum(bytes: Uint8Array | undefined): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes ?? []) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
