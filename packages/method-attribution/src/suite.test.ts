import { autodiffPlugin } from "@vitrine/autodiff";
import { describeMethod } from "@vitrine/testing/vitest";
import { inputXGradient, saliency } from "./index.js";

describeMethod(saliency, { plugins: [autodiffPlugin] });
describeMethod(inputXGradient, { plugins: [autodiffPlugin] });
