import { describeRuntime } from "@vitrine/testing/vitest";
import { onnxNode } from "./index.js";

const runtime = { providers: ["webgpu"] };

// WGSL lets sin and cos be off by 2^-11 (https://www.w3.org/TR/WGSL/#concrete-float-accuracy), and SwiftShader makes use of it.
const isTrigonometric = (name: string): boolean => /operator › (Sin|Cos|Tan|Asin|Acos|Atan):/.test(name);

describeRuntime(onnxNode(runtime), { runtime, only: (name) => !isTrigonometric(name) });
describeRuntime(onnxNode(runtime), { runtime, only: isTrigonometric, tolerance: 5e-4 });
