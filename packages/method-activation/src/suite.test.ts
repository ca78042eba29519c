import { describeMethod } from "@vitrine/testing/vitest";
import { activation } from "./index.js";

describeMethod(activation, { params: () => ({ zeroBelow: 0.1 }) });
describeMethod(activation, { params: (tiny) => ({ against: [tiny.feeds(2), tiny.feeds(1)], top: 2, contrast: "channel" as const }) });
