// The only entry that knows a test framework: the suites as vitest tests.
import { afterAll, describe, test } from "vitest";
import type { Format, Method, ParameterShape, RuntimeFactory } from "@vitrine/core";
import { formatSuite, type FormatSample, type FormatSuiteOptions } from "./suites/format-suite.js";
import { methodSuite, type MethodSuiteOptions } from "./suites/method-suite.js";
import { runtimeSuite, type RuntimeSuiteOptions } from "./suites/runtime-suite.js";
import type { Suite } from "./suites/suite.js";

/** A case may run a whole method on the reference runtime, several times. */
const patience = 60_000;

/** Each case of a suite as a test; those that do not apply are shown as skipped, with the reason. */
export function describeSuite(suite: Suite): void {
  describe(suite.title, () => {
    afterAll(() => suite.dispose());
    for (const { name, run } of suite.cases) {
      test(name, async (context) => {
        const result = await run();
        if (result) context.skip(result.skipped);
      }, patience);
    }
  });
}

/** Tests of a runtime. */
export function describeRuntime(factory: RuntimeFactory, options?: RuntimeSuiteOptions): void {
  describeSuite(runtimeSuite(factory, options));
}

/** Tests of a method. */
export function describeMethod<P extends ParameterShape>(method: Method<P>, options?: MethodSuiteOptions<P>): void {
  describeSuite(methodSuite(method, options));
}

/** Tests of a format. */
export function describeFormat(format: Format, samples: readonly FormatSample[], options?: FormatSuiteOptions): void {
  describeSuite(formatSuite(format, samples, options));
}
