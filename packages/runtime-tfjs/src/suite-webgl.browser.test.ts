import "@tensorflow/tfjs-backend-webgl";
import { describeOnGpu } from "../test/gpu.js";

describeOnGpu("webgl");
