import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { anchorOf, type Page } from "./page.js";

interface Documented {
  readonly name: string;
  readonly description: string;
  readonly index: string;
}

/** The libraries of the repository: what has an index of types. */
export function libraries(root: string): Documented[] {
  return readdirSync(path.join(root, "packages")).sort().flatMap((folder) => {
    const manifest = path.join(root, "packages", folder, "package.json");
    const index = path.join(root, "packages", folder, "dist/index.d.ts");
    if (!existsSync(manifest) || !existsSync(index)) return [];
    const json = JSON.parse(readFileSync(manifest, "utf8")) as { name: string; description: string; private?: boolean };
    return json.private ? [] : [{ name: json.name, description: json.description, index }];
  });
}

/** One page per package: every export with its doc comment and its declaration, as the published types have them. */
export function apiPages(packages: readonly Documented[]): Page[] {
  const program = ts.createProgram(packages.map(({ index }) => index), { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, target: ts.ScriptTarget.ES2022, skipLibCheck: true, types: [] });
  const checker = program.getTypeChecker();
  return packages.map(({ name, description, index }) => {
    const module = checker.getSymbolAtLocation(program.getSourceFile(index)!);
    const exported = module ? checker.getExportsOfModule(module) : [];
    const entries = exported.map((symbol) => entryOf(symbol, checker)).filter((entry) => entry !== undefined).sort((a, b) => a.rank - b.rank || a.name.localeCompare(b.name));
    const short = name.split("/").at(-1)!;
    const all = entries.map((entry) => `[${entry.name}](#${anchorOf(entry.name)})`).join(", ");
    return { file: `api/${short}.html`, title: short, text: [`# ${name}`, description, `\`\`\`sh\nnpm install ${name}\n\`\`\``, ...(all === "" ? [] : [all]), ...entries.map(({ text }) => text)].join("\n\n") };
  });
}

/** What callers call comes first, then what they hold, then what describes it. */
const ranks = [ts.SyntaxKind.FunctionDeclaration, ts.SyntaxKind.ClassDeclaration, ts.SyntaxKind.VariableDeclaration, ts.SyntaxKind.InterfaceDeclaration, ts.SyntaxKind.TypeAliasDeclaration];

function entryOf(symbol: ts.Symbol, checker: ts.TypeChecker): { name: string; rank: number; text: string } | undefined {
  const resolved = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  const declarations = (resolved.declarations ?? []).filter((found) => ranks.includes(found.kind));
  const [first] = declarations;
  if (!first) return undefined;
  const code = declarations.map((declaration) => {
    // `export const x: T` is a statement around the declaration.
    const whole = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
    return whole.getText().replace(/^export /, "").replace(/^declare /, "").replace(/\n\s*private readonly #[^\n]+|\n\s*#private;/g, "");
  });
  const prose = ts.displayPartsToString(resolved.getDocumentationComment(checker)).trim();
  const tags = resolved.getJsDocTags(checker).map(({ name, text }) => {
    const words = ts.displayPartsToString(text).trim();
    return name === "example" ? `\`\`\`\n${words}\n\`\`\`` : `*${name}* ${words}`;
  });
  const text = [`## ${symbol.name}`, ...(prose === "" ? [] : [prose]), `\`\`\`ts\n${code.join("\n")}\n\`\`\``, ...tags].join("\n\n");
  return { name: symbol.name, rank: ranks.indexOf(first.kind), text };
}
