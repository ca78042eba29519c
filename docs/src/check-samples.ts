import ts from "typescript";

/** What the compiler says against JavaScript files, checked as a reader's editor checks them. */
export function typeErrors(files: readonly string[]): string[] {
  const program = ts.createProgram([...files], {
    allowJs: true, checkJs: true, noEmit: true, strict: true, skipLibCheck: true, module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022, lib: ["lib.es2023.d.ts", "lib.dom.d.ts"], types: ["node"],
  });
  return ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => {
    const at = file && start !== undefined ? `${file.fileName.split("/").at(-1)}:${file.getLineAndCharacterOfPosition(start).line + 1}: ` : "";
    return at + ts.flattenDiagnosticMessageText(messageText, "\n");
  });
}

/** Whether a text is JavaScript, whatever it imports. */
export function syntaxErrors(code: string): string[] {
  return (ts.transpileModule(code, { reportDiagnostics: true, compilerOptions: { allowJs: true, module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 }, fileName: "sample.js" }).diagnostics ?? []).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}
