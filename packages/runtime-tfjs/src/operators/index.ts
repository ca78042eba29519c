import { hostArithmetic } from "../host/arithmetic.js";
import { hostReduction } from "../host/reduction.js";
import { hostStructure } from "../host/structure.js";
import { binary, type BinaryName } from "./binary.js";
import { convolutions, type ConvName } from "./conv.js";
import { elementwise, type ElementwiseName } from "./elementwise.js";
import { generating, type GenerateName } from "./generate.js";
import { indexing, type IndexingName } from "./indexing.js";
import { norms, type NormName } from "./norm.js";
import type { HostOperator, Operator } from "./operator.js";
import { pools, type PoolName } from "./pool.js";
import { products, type ProductName } from "./product.js";
import { recurrences, type RecurrentName } from "./recurrent.js";
import { reductions, type ReduceName } from "./reduce.js";
import { resizing, type ResizeName } from "./resize.js";
import { shaping, type ShapingName } from "./shaping.js";

type DeviceName =
  | BinaryName | ConvName | ElementwiseName | GenerateName | IndexingName | NormName | PoolName | ProductName | RecurrentName | ReduceName | ResizeName | ShapingName;

const onDevice: Readonly<Record<DeviceName, Operator>> = {
  ...binary, ...convolutions, ...elementwise, ...generating, ...indexing, ...norms, ...pools, ...products, ...recurrences, ...reductions, ...resizing, ...shaping,
};

const onHost: Readonly<Record<string, HostOperator>> = { ...hostArithmetic, ...hostStructure, ...hostReduction };

const table: ReadonlyMap<string, Operator> = new Map(
  [...new Set([...Object.keys(onDevice), ...Object.keys(onHost)])].map((op): [string, Operator] => {
    const host = Object.hasOwn(onHost, op) ? onHost[op] : undefined;
    return [op, { ...(Object.hasOwn(onDevice, op) ? onDevice[op as DeviceName] : {}), ...(host && { host }) }];
  }),
);

/** Nodes that hold graphs: the executor runs them. */
export const controlOperators: readonly string[] = ["If", "Loop", "Scan"];

/** What computes an operator of ai.onnx, or undefined. */
export function operatorOf(op: string): Operator | undefined {
  return table.get(op);
}

/** Every operator of ai.onnx that this runtime executes. */
export const operatorNames: readonly string[] = [...table.keys(), ...controlOperators].sort();
