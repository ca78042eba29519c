import "@tensorflow/tfjs-backend-cpu";
import { describeRuntime } from "@vitrine/testing/vitest";
import { tfjs } from "./index.js";

/** Plain JavaScript takes its time: the contract, the tiny networks, and the operators whose kernels differ most between backends. */
const chosen = /^contract|^model|operator › (Conv|ConvTranspose|MaxPool|AveragePool|ArgMax|ArgMin|TopK|Gather|ScatterElements|MatMul|Gemm|ReduceSum|Resize|Cast|Scan|Round|Sign|Where|Pad|Slice):?/;

describeRuntime(tfjs({ backend: "cpu" }), { runtime: { providers: ["cpu"] }, only: (name) => chosen.test(name) });
