import { checkFeeds, read, type Tensor, type ValueInfo, type Values } from "@vitrine/core";

/**
 * The feeds of a program in host memory, checked against what its inputs declare.
 * @throws `input-missing`, `input-unknown`, `input-dtype`, `input-shape`
 */
export async function checkedFeeds(inputs: readonly ValueInfo[], feeds: Values): Promise<Record<string, Tensor>> {
  checkFeeds(inputs, feeds);
  const checked: Record<string, Tensor> = {};
  for (const { name } of inputs) checked[name] = await read(feeds[name]!);
  return checked;
}
