/** Layers of TensorFlow.js that are not translated, each with the reason, as the end of "The … layer `…` cannot be translated: ". */
export const refusedLayers: Readonly<Record<string, string>> = {
  CenterCrop: "TensorFlow.js samples another region than Keras cuts out, and not every pixel of it (cut the pictures before they are fed, or use Cropping2D)",
  RandomWidth: "it stretches pictures at random also when a network is used, so that no two runs agree (leave it out and save the model again: it is for training)",
  RandomHeight: "it stretches pictures at random also when a network is used, so that no two runs agree (leave it out and save the model again: it is for training)",
  ConvLSTM2DCell: "a cell is no layer by itself; a ConvLSTM2D layer is read",
  LSTMCell: "a cell is no layer by itself; an RNN layer around it, or an LSTM, is read",
  GRUCell: "a cell is no layer by itself; an RNN layer around it, or a GRU, is read",
  SimpleRNNCell: "a cell is no layer by itself; an RNN layer around it, or a SimpleRNN, is read",
  StackedRNNCells: "cells are no layer by themselves; an RNN layer around them is read",
};
