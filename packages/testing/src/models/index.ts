import { basicModel3, multiLayer, multiLayerMultiInput, oneConv } from "./captum.js";
import { fixedBatch, residual, tinyConvNet, tinySeries, tinyVolume } from "./convolutional.js";
import { scalarOutput, tinyLstm, tokens, twoInputs, twoOutputs } from "./sequences.js";
import type { TinyModel } from "./model.js";

/** Every tiny model. What passes on all of them has met most of what files hold. */
export function tinyModels(): TinyModel[] {
  return [
    oneConv(), oneConv(2), multiLayer(), basicModel3(), multiLayerMultiInput(), tinyConvNet(), fixedBatch(), residual(), tinySeries(), tinyVolume(), tinyLstm(), tokens(), twoInputs(),
    twoOutputs(), scalarOutput(),
  ];
}
