import type { OperatorSetIdProto } from "../proto/onnx_pb.js";

/** `ai.onnx` is another spelling of the empty domain. */
export function normalDomain(domain: string): string {
  return domain === "ai.onnx" ? "" : domain;
}

export interface Imports {
  readonly opset: number | undefined;
  readonly domains: Record<string, number>;
}

/** The version of ai.onnx, the highest where it is named twice, and those of the other domains. */
export function importsOf(imports: readonly OperatorSetIdProto[]): Imports {
  let opset: number | undefined;
  const domains = Object.create(null) as Record<string, number>;
  for (const { domain, version } of imports) {
    const name = normalDomain(domain);
    if (name === "") opset = Math.max(opset ?? 0, Number(version));
    else domains[name] = Math.max(domains[name] ?? 0, Number(version));
  }
  return { opset, domains };
}
