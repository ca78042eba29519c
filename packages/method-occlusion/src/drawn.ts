/** More samples than these are in the tensors only. */
export const drawnSamples = 8;
