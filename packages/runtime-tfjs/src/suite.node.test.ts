import "@tensorflow/tfjs-backend-wasm";
import { describeRuntime } from "@vitrine/testing/vitest";
import { tfjs } from "./index.js";

describeRuntime(tfjs({ backend: "wasm" }));
