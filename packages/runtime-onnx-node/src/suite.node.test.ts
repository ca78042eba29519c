import { describeRuntime } from "@vitrine/testing/vitest";
import { onnxNode } from "./index.js";

describeRuntime(onnxNode());
