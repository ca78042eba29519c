import { coreError, definePlugin } from "@vitrine/core";
import { referenceRuntime } from "@vitrine/testing";

const id = "plain-js";

/**
 * Runs models by the interpreter that Vitrine tests its runtimes against: plain loops in float64.
 * No native code, so it works wherever JavaScript does; thousands of times slower than one that has it.
 *
 * @type {import("@vitrine/core").RuntimeFactory}
 */
export const plainJs = {
  id,
  summary: "Plain JavaScript: works everywhere, exact, very slow. For small models, and to settle doubts about other runtimes.",
  providers: async () => [{ provider: "cpu", available: true, note: "slow: for models of up to some million multiplications" }],
  create: async ({ providers = ["cpu"] } = {}) => {
    const at = providers.indexOf("cpu");
    if (at < 0) throw coreError("provider-unavailable", { runtime: id, asked: providers, states: ["It has the provider `cpu` only."] });
    const inner = await referenceRuntime.create();
    return {
      info: {
        id, provider: "cpu", device: "JavaScript", precision: "float32", threads: 1,
        // A provider that was asked for and is not used is told, never replaced silently.
        notices: providers.slice(0, at).map((name) => `The provider ${name} was passed over: ${id} has none of that name.`),
      },
      supports: (node) => inner.supports(node),
      compile: (graph, options) => inner.compile(graph, options),
      dispose: () => inner.dispose(),
    };
  },
};

/** Gives an engine the runtime `plain-js`. */
export default definePlugin({ name: "vitrine-runtime-reference", register: (registry) => registry.runtime(plainJs) });
