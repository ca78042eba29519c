export { fileError } from "./errors.js";
export { expandInputs, inputExtensions, namesSet, type ExpandOptions } from "./expand-inputs.js";
export { expandSet, type SetFile } from "./expand-set.js";
export { checkWritable, writeFiles, type FileToWrite } from "./output-folder.js";
export type { Json } from "./plain.js";
export { maxFileBytes, readWholeFile } from "./read-file.js";
export { readReport, type ReadReportOptions, type StoredReport } from "./read-report.js";
export { fileSource } from "./source.js";
export { reportFile, writeReport, type WriteReportOptions, type WrittenReport } from "./write-report.js";
