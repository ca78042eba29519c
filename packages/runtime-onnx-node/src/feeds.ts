import { coreError, read, type Tensor, type ValueInfo, type Values } from "@vitrine/core";

/**
 * The feeds of a program in host memory, checked against what its inputs declare.
 * @throws `input-missing`, `input-unknown`, `input-dtype`, `input-shape`
 */
export async function checkedFeeds(inputs: readonly ValueInfo[], feeds: Values): Promise<Record<string, Tensor>> {
  const names = inputs.map((input) => input.name);
  const missing = names.filter((name) => !Object.hasOwn(feeds, name));
  if (missing.length > 0) throw coreError("input-missing", { inputs: missing });
  for (const name of Object.keys(feeds)) if (!names.includes(name)) throw coreError("input-unknown", { input: name, known: names });
  const checked: Record<string, Tensor> = {};
  for (const input of inputs) {
    const value = feeds[input.name]!;
    if (input.dtype !== undefined && value.dtype !== input.dtype) throw coreError("input-dtype", { input: input.name, dtype: value.dtype, expected: input.dtype });
    if (input.shape !== undefined && !fits(value.shape, input.shape)) throw coreError("input-shape", { input: input.name, shape: value.shape, expected: input.shape });
    checked[input.name] = await read(value);
  }
  return checked;
}

function fits(shape: readonly number[], declared: NonNullable<ValueInfo["shape"]>): boolean {
  return shape.length === declared.length && declared.every((dim, axis) => typeof dim !== "number" || dim === shape[axis]);
}
