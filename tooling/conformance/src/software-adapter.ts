import { existsSync } from "node:fs";
import process from "node:process";

/** Gives WebGPU the software adapter that Debian's chromium brings, unless the machine's own is asked for (VITRINE_GPU=hardware) or another driver named. Returns the reason where there is none. */
export function softwareAdapter(): string | undefined {
  if (process.env["VITRINE_GPU"] === "hardware" || process.env["VK_ICD_FILENAMES"] !== undefined) return undefined;
  const driver = ["/usr/lib/chromium/vk_swiftshader_icd.json", "/usr/share/chromium/vk_swiftshader_icd.json"].find((file) => existsSync(file));
  if (driver === undefined) return "WebGPU needs an adapter: install chromium for its software one, set VK_ICD_FILENAMES to a Vulkan driver, or VITRINE_GPU=hardware";
  process.env["VK_ICD_FILENAMES"] = driver;
  return undefined;
}
