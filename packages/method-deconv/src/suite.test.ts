import { autodiffPlugin } from "@vitrine/autodiff";
import { describeMethod } from "@vitrine/testing/vitest";
import { deconv } from "./index.js";

describeMethod(deconv, { plugins: [autodiffPlugin], params: () => ({ rule: "guided" as const }) });
