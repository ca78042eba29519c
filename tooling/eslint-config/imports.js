/**
 * A visitor that calls `see(node, specifier)` for every module a file names:
 * static, re-exported, dynamic, `require` and `import('…')` types.
 */
export function visitImports(see) {
  const literal = (node) => {
    if (node?.type === 'Literal' && typeof node.value === 'string') see(node, node.value);
  };
  const source = (node) => literal(node.source);
  return {
    ImportDeclaration: source,
    ExportNamedDeclaration: source,
    ExportAllDeclaration: source,
    ImportExpression: source,
    TSImportType: source,
    TSExternalModuleReference: (node) => literal(node.expression),
    CallExpression: (node) => {
      if (node.callee.type === 'Identifier' && node.callee.name === 'require') literal(node.arguments[0]);
    },
  };
}
