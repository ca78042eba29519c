import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import os from "node:os";
import process from "node:process";
import { coreError, didYouMean, quote, type ProviderState } from "@vitrine/core";
import { onnxNodeError } from "./errors.js";
import { loadOrt, messageOf, type OrtModule } from "./load-ort.js";
import { probeModel } from "./probe-model.js";

/** What a provider needs that this package does not bring, and whether anybody here has tried it. */
const notes: Readonly<Record<string, { readonly needs: string; readonly untested?: true }>> = {
  webgpu: { needs: "It needs a GPU with a Vulkan, Metal or Direct3D 12 driver (on Debian: libvulkan1 and the card's own; chromium brings a slow software one)." },
  cuda: {
    needs:
      "It needs an NVIDIA GPU, CUDA 12 with cuDNN 9, and onnxruntime's CUDA library, which onnxruntime-node's install script downloads: allow that script (pnpm: `allowBuilds: { onnxruntime-node: true }`) and install again.",
    untested: true,
  },
  tensorrt: { needs: "It needs what cuda needs, and TensorRT 10.", untested: true },
  dml: { needs: "It needs Windows with a Direct3D 12 GPU.", untested: true },
  coreml: { needs: "It needs macOS.", untested: true },
  qnn: { needs: "It needs Windows on a Qualcomm processor.", untested: true },
};

const untested = "It is passed through to onnxruntime and has not been tested with Vitrine: compare its results with the CPU's.";

/** Every provider that onnxruntime-node may have, here or on another platform. */
const allProviders = ["cpu", ...Object.keys(notes)];

/** What the caller should be told of a provider that is in use. */
function noticeOf(provider: string): string | undefined {
  return notes[provider]?.untested ? `The provider ${provider}: ${untested.charAt(0).toLowerCase()}${untested.slice(1)}` : undefined;
}

export interface ChosenProvider {
  readonly provider: string;
  /** One for every provider that was passed over. */
  readonly notices: readonly string[];
}

/**
 * The first provider of the list that works on this machine, tried with a graph of one node.
 * @throws `provider-unavailable`, `providers-empty`
 */
export async function chooseProvider(asked: readonly string[]): Promise<ChosenProvider> {
  if (asked.length === 0) throw onnxNodeError("providers-empty", {});
  const unknown = asked.filter((provider) => !allProviders.includes(provider));
  if (unknown.length > 0) throw coreError("provider-unavailable", { runtime: "onnx-node", asked: unknown, states: unknown.map(sayUnknown) });
  const ort = await loadOrt();
  const passedOver: { provider: string; why: string }[] = [];
  for (const provider of asked) {
    const why = await tryProvider(ort, provider);
    if (why === undefined) {
      const notices = passedOver.map((other) => `The provider ${other.provider} was asked for and does not work here, so ${provider} is used: ${other.why}`);
      const own = noticeOf(provider);
      return { provider, notices: own === undefined ? notices : [...notices, own] };
    }
    passedOver.push({ provider, why: [why, notes[provider]?.needs].filter((part) => part !== undefined).join(" ") });
  }
  throw coreError("provider-unavailable", { runtime: "onnx-node", asked, states: passedOver.map(({ provider, why }) => `${provider}: ${why}`) });
}

function sayUnknown(provider: string): string {
  return [`onnxruntime-node has no provider ${quote(provider)}.`, didYouMean(provider, allProviders), `It has: ${allProviders.join(", ")}.`].filter((part) => part !== undefined).join(" ");
}

/** Why a provider does not work, or undefined. */
async function tryProvider(ort: OrtModule, provider: string): Promise<string | undefined> {
  if (provider === "cpu") return undefined;
  if (!ort.listSupportedBackends().some(({ name }) => name === provider)) return `onnxruntime-node does not have it on ${process.platform} ${process.arch}.`;
  try {
    const session = await ort.InferenceSession.create(probeModel(), { executionProviders: [provider], logSeverityLevel: 4 });
    await session.release();
    return undefined;
  } catch (error) {
    return sentence(messageOf(error));
  }
}

const sentence = (text: string): string => (/[.!?]$/u.test(text) ? text : `${text}.`);

/** How long a driver may take to come up. */
const probeMilliseconds = 30_000;

/** All providers with their states. Drivers are tried in a process of their own: some print, and a broken one may end it. */
export async function providerStates(): Promise<readonly ProviderState[]> {
  const ort = await loadOrt();
  const bundled = ort.listSupportedBackends().map(({ name }) => name);
  return Promise.all(
    bundled.map(async (provider): Promise<ProviderState> => {
      if (provider === "cpu") return { provider, available: true };
      const why = await probe(provider);
      const { needs, untested: isUntested } = notes[provider] ?? { needs: "" };
      if (why === undefined) return { provider, available: true, ...(isUntested ? { note: untested } : {}) };
      return { provider, available: false, note: [sentence(why), needs, isUntested ? untested : ""].filter((part) => part !== "").join(" ") };
    }),
  );
}

const probeScript = `
const [library, provider, model] = process.argv.slice(1);
const ort = require(library);
ort.env.logLevel = 'fatal';
ort.InferenceSession.create(Buffer.from(model, 'base64'), { executionProviders: [provider], logSeverityLevel: 4 })
  .then(() => console.log('ok'), (error) => console.log(String(error.message)));
`;

function probe(provider: string): Promise<string | undefined> {
  const library = createRequire(import.meta.url).resolve("onnxruntime-node");
  const model = Buffer.from(probeModel()).toString("base64");
  return new Promise((resolve) => {
    execFile(process.execPath, ["-e", probeScript, library, provider, model], { timeout: probeMilliseconds, windowsHide: true }, (error, stdout) => {
      const said = stdout.trim();
      if (said.endsWith("ok")) resolve(undefined);
      else resolve(said !== "" ? messageOf(said) : `Its driver failed (${error?.signal ?? error?.code ?? "no answer"}).`);
    });
  });
}

/** The device in words. */
export function deviceOf(provider: string): string {
  switch (provider) {
    case "cpu": {
      const model = os.cpus()[0]?.model.trim();
      return model ? `${model}, ${os.availableParallelism()} cores` : `${os.availableParallelism()} cores`;
    }
    case "webgpu":
      return "GPU through Dawn";
    case "cuda":
    case "tensorrt":
      return "NVIDIA GPU 0";
    default:
      return provider;
  }
}
