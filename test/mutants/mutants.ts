import ts from "typescript";
import { changesOf } from "./operators.ts";

/** One small change to a file. */
export interface Mutant {
  /** Of all mutants of a run. */
  id: number;
  file: string;
  line: number;
  /** What stays the same when lines move: the declaration around it, what was there, what takes its place. */
  name: string;
}

/** Where a mutant stands in its file, and how it is switched on there. */
interface Switch {
  node: ts.Node;
  kind: "expression" | "statement" | "property" | "element";
  /** Of an expression. */
  change: string;
  from: string;
  to: string;
}

/** A file with all its mutants in it, each behind a switch `$m(id)`: read once, it runs as any of them. */
export interface Instrumented {
  text: string;
  mutants: Mutant[];
}

/** @param first the first mutant's id */
export function instrument(file: string, text: string, first: number): Instrumented {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const switches: Switch[] = [];
  collect(source, source, switches);
  const named = names(switches);
  const mutants = switches.map(({ node }, index) => ({
    id: first + index,
    file,
    line: source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1,
    name: named[index]!,
  }));
  const at = new Map<ts.Node, [number, Switch][]>();
  for (const [index, one] of switches.entries()) {
    at.set(one.node, [...(at.get(one.node) ?? []), [first + index, one]]);
  }
  return { text: render(source, source, at), mutants };
}

function collect(node: ts.Node, source: ts.SourceFile, found: Switch[]): void {
  if (neverRuns(node)) return;
  found.push(...switchesAt(node, source));
  ts.forEachChild(node, (child) => collect(child, source, found));
}

/** Types, imports, names of things, directives. */
function neverRuns(node: ts.Node): boolean {
  const { parent } = node;
  return (
    ts.isTypeNode(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isImportDeclaration(node) ||
    ts.isExportDeclaration(node) ||
    (ts.isPropertyName(node) && parent !== undefined && "name" in parent && parent.name === node)
  );
}

function switchesAt(node: ts.Node, source: ts.SourceFile): Switch[] {
  const here: Switch[] = [];
  const removed = (kind: Switch["kind"]) =>
    here.push({ node, kind, change: "", from: node.getText(source), to: "" });
  if (isRemovable(node)) removed("statement");
  if (isRemovableProperty(node)) removed("property");
  if (isRemovableElement(node)) removed("element");
  if (ts.isExpression(node) && !isPattern(node)) here.push(...expressionSwitches(node, source));
  return here;
}

function isRemovable(node: ts.Node): boolean {
  if (ts.isExpressionStatement(node)) {
    const isSuper =
      ts.isCallExpression(node.expression) && node.expression.expression.kind === ts.SyntaxKind.SuperKeyword;
    return !isSuper && !ts.isStringLiteral(node.expression);
  }
  return (
    ts.isThrowStatement(node) ||
    ts.isContinueStatement(node) ||
    (ts.isReturnStatement(node) && !node.expression)
  );
}

/** What is a literal is changed itself. */
function isRemovableProperty(node: ts.Node): boolean {
  if (!ts.isObjectLiteralElement(node) || !ts.isObjectLiteralExpression(node.parent)) return false;
  if (isPattern(node.parent)) return false;
  return !(ts.isPropertyAssignment(node) && isLiteral(node.initializer)) && !ts.isAccessor(node);
}

function isRemovableElement(node: ts.Node): boolean {
  const { parent } = node;
  return (
    parent !== undefined &&
    ts.isArrayLiteralExpression(parent) &&
    !isPattern(parent) &&
    !isLiteral(node) &&
    !ts.isOmittedExpression(node)
  );
}

function isLiteral(node: ts.Node): boolean {
  return (
    ts.isLiteralExpression(node) ||
    ts.isTemplateExpression(node) ||
    node.kind === ts.SyntaxKind.TrueKeyword ||
    node.kind === ts.SyntaxKind.FalseKeyword
  );
}

/** The left side of an assignment, `[a, b] = ...`. */
function isPattern(node: ts.Expression): boolean {
  for (let at: ts.Node = node; at.parent; at = at.parent) {
    const { parent } = at;
    if (
      ts.isBinaryExpression(parent) &&
      parent.left === at &&
      parent.operatorToken.kind === ts.SyntaxKind.EqualsToken
    ) {
      return ts.isArrayLiteralExpression(at) || ts.isObjectLiteralExpression(at);
    }
    if (ts.isStatement(parent) || ts.isArrowFunction(parent)) return false;
  }
  return false;
}

function expressionSwitches(node: ts.Expression, source: ts.SourceFile): Switch[] {
  const text = node.getText(source);
  const changes = [...changesOf(node, source), ...withoutQuestion(node, source)];
  const host = chainOf(node);
  const [before, after] = [node.getStart(source) - host.getStart(source), host.end - node.end];
  const around = host.getText(source);
  return changes.map((change) => ({
    node: host,
    kind: "expression",
    change: around.slice(0, before) + change + around.slice(around.length - after),
    from: text,
    to: change,
  }));
}

/** `a?.b` without its question mark. */
function withoutQuestion(node: ts.Expression, source: ts.SourceFile): string[] {
  if (
    !ts.isPropertyAccessExpression(node) &&
    !ts.isElementAccessExpression(node) &&
    !ts.isCallExpression(node)
  )
    return [];
  const mark = node.questionDotToken;
  if (!mark) return [];
  const dot = ts.isPropertyAccessExpression(node) ? "." : "";
  return [
    source.text.slice(node.getStart(source), mark.getStart(source)) +
      dot +
      source.text.slice(mark.end, node.end),
  ];
}

/** The whole chain that a part of `a?.b.c` is in: parentheses around the part would end what the question mark spans. */
function chainOf(node: ts.Expression): ts.Expression {
  let host = node;
  while (ts.isOptionalChain(host) && ts.isOptionalChain(host.parent) && host.parent.expression === host)
    host = host.parent;
  return host;
}

function names(switches: readonly Switch[]): string[] {
  const seen = new Map<string, number>();
  return switches.map(({ node, from, to }) => {
    const change = to === "" ? `without ${short(from)}` : `${short(from)} -> ${short(to)}`;
    const name = `${declarationOf(node)}: ${change}`;
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name} (${count})`;
  });
}

/** The names of the function, class, constant or type that a node is in, from the outside in. */
function declarationOf(node: ts.Node): string {
  const path: string[] = [];
  for (let at: ts.Node | undefined = node; at; at = at.parent) {
    if (isDeclaration(at) && at.name && ts.isIdentifier(at.name)) path.unshift(at.name.text);
  }
  return path.join(".") || "(file)";
}

function isDeclaration(node: ts.Node) {
  return (
    ts.isFunctionDeclaration(node) ||
    ts.isMethodDeclaration(node) ||
    ts.isClassDeclaration(node) ||
    ts.isVariableDeclaration(node)
  );
}

/** On one line, and no longer than a line. */
function short(text: string): string {
  const line = text.replaceAll(/\s+/g, " ");
  return line.length <= 80 ? line : `${line.slice(0, 60)} ... ${line.slice(-15)}`;
}

/** The text of a node with all switches in it. */
function render(node: ts.Node, source: ts.SourceFile, at: ReadonlyMap<ts.Node, [number, Switch][]>): string {
  let text = "";
  let end = node.getStart(source);
  ts.forEachChild(node, (child) => {
    const start = child.getStart(source);
    text += source.text.slice(end, start) + render(child, source, at);
    end = child.end;
  });
  text += source.text.slice(end, node.end);
  const here = at.get(node) ?? [];
  const changes = here.filter(([, { kind }]) => kind === "expression");
  if (changes.length > 0) {
    text = `(${changes.map(([id, { change }]) => `$m(${id}) ? (${change}) : `).join("")}(${text}))`;
  }
  for (const [id, { kind }] of here) {
    if (kind === "statement") text = `{ if (!$m(${id})) { ${text} } }`;
    if (kind === "property") text = `...($m(${id}) ? {} : { ${text} })`;
    if (kind === "element") {
      text = `...($m(${id}) ? [] : ${ts.isSpreadElement(node) ? text.slice(3) : `[${text}]`})`;
    }
  }
  return text;
}
