import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { decodeNpy, encodeNpy, float32, toFloat32, type Engine, type Report } from "@vitrine/core";
import { forwardRows } from "./networks.js";
import { runNetwork, type Library, type MatrixCase, type MatrixNetwork, type Outcome, type Wanted } from "./work.js";

/**
 * Networks whose cases without a reference have one: their own findings on `engine`, written below `folder` and named `peer/…`.
 * How far these are from themselves where the input is off by its last bits is float32's own noise; ten times that is allowed,
 * as the reference data does: of a network of a million rectifiers some turn on such a bit, and a gradient with them.
 */
export async function withPeers(engine: Engine, library: Library, networks: readonly MatrixNetwork[], folder: string): Promise<{ readonly networks: MatrixNetwork[]; readonly failures: string[] }> {
  const failures: string[] = [];
  const completed: MatrixNetwork[] = [];
  for (const network of networks) {
    const found = new Map<MatrixCase, MatrixCase>();
    const keep = async (one: MatrixCase, report: Report): Promise<void> => {
      const keys = Object.keys(report.tensors).filter((key) => /^(activation\/|weights\/|attribution|gradient)/u.test(key));
      const wanted = keys.map((key, i): Wanted => ({ key, file: `peer/${network.name}/${one.name}-${i}.npy` }));
      await mkdir(path.join(folder, network.name), { recursive: true });
      for (const { key, file } of wanted) await writeFile(path.join(folder, file.slice("peer/".length)), encodeNpy(report.tensors[key!]!.tensor));
      found.set(one, { ...one, wanted });
    };
    const outcomes = await runNetwork(engine, library, { ...network, cases: network.cases.filter(({ wanted }) => wanted.length === 0) }, keep);
    failures.push(...outcomes.flatMap(({ name, failed, refused }) => ((failed ?? refused) === undefined ? [] : [`${network.name} ${name}: ${failed ?? refused}`])));
    // The reference data says its own.
    const noise = network.format === "onnx" ? () => 0 : await noiseOf(engine, library, { ...network, cases: [...found.values()].filter(({ row }) => row !== "weights") }, folder);
    completed.push({
      ...network,
      cases: network.cases.map((one) => {
        const peer = found.get(one) ?? one;
        return { ...peer, limit: Math.max(peer.limit, 10 * noise(one)) };
      }),
    });
  }
  return { networks: completed, failures };
}

/**
 * The noise of what is differentiated and of what is not: the worst of several methods, as one draw of last bits says little. All numbers
 * are scaled alike: places that are equal stay so, as on any runtime, and with them the ties of pooling.
 */
async function noiseOf(engine: Engine, library: Library, network: MatrixNetwork, folder: string): Promise<(one: MatrixCase) => number> {
  const outcomes: Outcome[] = [];
  for (const scale of [1 + 2 ** -22, 1 - 2 ** -22]) {
    const input: Record<string, string> = {};
    for (const [name, file] of Object.entries(network.input)) {
      const value = decodeNpy(await library.read(file), file);
      await writeFile(path.join(folder, network.name, `scaled-${name}.npy`), encodeNpy(float32(value.shape, toFloat32(value).map((number) => number * scale))));
      input[name] = `peer/${network.name}/scaled-${name}.npy`;
    }
    outcomes.push(...(await runNetwork(engine, library, { ...network, input })));
  }
  return ({ row }) => Math.max(0, ...outcomes.flatMap((one) => (forwardRows.includes(one.row) === forwardRows.includes(row) && row !== "weights" ? [one.error ?? 0] : [])));
}
