const all = (ops: readonly string[], why: string): Record<string, string> => Object.fromEntries(ops.map((op) => [op, why]));

/** Operators of TensorFlow.js that are not translated, each with the reason, as the end of "The … node `…` cannot be translated: ". */
export const refusedOps: Readonly<Record<string, string>> = {
  ...all(
    ["RandomStandardNormal", "RandomUniform", "RandomUniformInt", "TruncatedNormal", "Multinomial"],
    "it draws at random also when a network is used, so that no two runs agree (what is for training can be left out, and the model converted again; what is drawn on purpose can be an input)",
  ),
  ...all(
    ["Complex", "ComplexAbs", "Real", "Imag", "FFT", "IFFT", "RFFT", "IRFFT"],
    "its numbers are complex, and values here are real (compute spectra before they are fed, and convert the network behind them)",
  ),
  ...all(
    ["HashTable", "HashTableV2", "InitializeTable", "InitializeTableV2", "LookupTableImport", "LookupTableImportV2", "LookupTableFind", "LookupTableFindV2", "LookupTableSize", "LookupTableSizeV2"],
    "a table is filled when a model starts, and values here are tensors (look up before anything is fed, and convert the network behind the table)",
  ),
  ...all(
    ["StaticRegexReplace", "StringNGrams", "StringSplit", "StringToHashBucketFast"],
    "it takes texts, and values here are numbers (prepare texts before they are fed, and convert the network behind that)",
  ),
  TensorListResize: "it leaves elements of a list empty, and values here are whole tensors (make the list as long as it is to be)",
  ...all(
    ["RaggedGather", "RaggedRange", "RaggedTensorToTensor"],
    "its rows have different lengths, and values here are whole tensors (fill the rows up to one length before they are fed, as `to_tensor` does)",
  ),
  ...all(
    ["SparseFillEmptyRows", "SparseReshape", "SparseSegmentMean", "SparseSegmentSum"],
    "it takes a sparse tensor apart, and values here are dense (feed dense ones, as `tf.sparse.to_dense` makes them)",
  ),
  ...all(
    ["SimpleMLCreateModelResource", "SimpleMLLoadModelFromPathWithHandle", "SimpleMLInferenceOpWithHandle"],
    "it asks a decision forest, which stands in a file of its own and is no part of the graph (convert the network without it)",
  ),
};
