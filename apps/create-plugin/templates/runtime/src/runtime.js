import { coreError } from "@vitrine/core";
// The interpreter that Vitrine's tests use stands in for your library until you put yours in its place.
import { referenceRuntime } from "@vitrine/testing";

const id = "my-id";

/**
 * Runs graphs of ONNX operators, at opset 21.
 *
 * @type {import("@vitrine/core").RuntimeFactory}
 */
export const runtime = {
  id,
  summary: "My title: a runtime of mine.",

  // Listed by `vitrine runtimes`. One that is missing on this machine says why, and how to get it.
  providers: async () => [{ provider: "cpu", available: true }],

  create: async ({ providers = ["cpu"] } = {}) => {
    // In order of preference: the first that works is used.
    const at = providers.indexOf("cpu");
    if (at < 0) throw coreError("provider-unavailable", { runtime: id, asked: providers, states: ["It has the provider `cpu` only."] });
    const library = await referenceRuntime.create();
    return {
      info: {
        id,
        provider: "cpu",
        device: "JavaScript",
        precision: "float32",
        threads: 1,
        // A provider that was asked for and passed over is told, never replaced silently.
        notices: providers.slice(0, at).map((name) => `The provider ${name} was passed over: ${id} has none of that name.`),
      },

      // True, or why not in one sentence: core then looks for a lowering, and else refuses the model by name before anything runs.
      supports: (node, shapes) => library.supports(node, shapes),

      // A graph made ready. It lists its inputs and outputs and an estimate of its bytes; `run` checks its feeds, heeds
      // `signal`, leaves the outputs named in `keep` on the device, and may be called again before it has ended.
      compile: (graph, options) => library.compile(graph, options),

      // Frees every program. Twice does no harm.
      dispose: () => library.dispose(),
    };
  },
};
