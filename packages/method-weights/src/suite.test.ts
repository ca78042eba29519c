import { describeMethod } from "@vitrine/testing/vitest";
import { weights } from "./index.js";

describeMethod(weights);
