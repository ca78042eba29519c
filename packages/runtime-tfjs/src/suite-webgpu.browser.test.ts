import "@tensorflow/tfjs-backend-webgpu";
import { describeOnGpu } from "../test/gpu.js";

describeOnGpu("webgpu");
