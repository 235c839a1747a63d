import ts from "typescript";

/** One small change to an expression: the text that takes its place. */
export type Change = string;

/** From here on a constant is changed by 1 %, below by 1: nobody counts on the thousandth second. */
const LARGE = 1000;

const SWAPPED: ReadonlyMap<ts.SyntaxKind, readonly string[]> = new Map([
  // First the limit itself, then the opposite.
  [ts.SyntaxKind.LessThanToken, ["<=", ">="]],
  [ts.SyntaxKind.LessThanEqualsToken, ["<", ">"]],
  [ts.SyntaxKind.GreaterThanToken, [">=", "<="]],
  [ts.SyntaxKind.GreaterThanEqualsToken, [">", "<"]],
  [ts.SyntaxKind.EqualsEqualsEqualsToken, ["!=="]],
  [ts.SyntaxKind.ExclamationEqualsEqualsToken, ["==="]],
  [ts.SyntaxKind.AmpersandAmpersandToken, ["||"]],
  [ts.SyntaxKind.BarBarToken, ["&&"]],
  [ts.SyntaxKind.PlusToken, ["-"]],
  [ts.SyntaxKind.MinusToken, ["+"]],
  [ts.SyntaxKind.AsteriskToken, ["/"]],
  [ts.SyntaxKind.SlashToken, ["*"]],
  [ts.SyntaxKind.PercentToken, ["*"]],
  [ts.SyntaxKind.AsteriskAsteriskToken, ["*"]],
  [ts.SyntaxKind.PlusEqualsToken, ["-="]],
  [ts.SyntaxKind.MinusEqualsToken, ["+="]],
  [ts.SyntaxKind.AsteriskEqualsToken, ["/="]],
  [ts.SyntaxKind.SlashEqualsToken, ["*="]],
]);

const ORDERED = new Set([
  ts.SyntaxKind.LessThanToken,
  ts.SyntaxKind.LessThanEqualsToken,
  ts.SyntaxKind.GreaterThanToken,
  ts.SyntaxKind.GreaterThanEqualsToken,
]);
const EQUALITY = new Set([ts.SyntaxKind.EqualsEqualsEqualsToken, ts.SyntaxKind.ExclamationEqualsEqualsToken]);

/** A method's call becomes its receiver: what comes out is unsorted, unfiltered, untrimmed. */
const DROPPED = new Set(
  [
    "sort toSorted reverse toReversed filter slice trim trimEnd toLowerCase toUpperCase replaceAll flat".split(
      " ",
    ),
  ].flat(),
);

const OTHER_METHOD: Readonly<Record<string, string>> = {
  some: "every",
  every: "some",
  startsWith: "endsWith",
  endsWith: "startsWith",
  find: "findLast",
  findLast: "find",
  min: "max",
  max: "min",
  floor: "ceil",
  ceil: "floor",
};

/** The small changes to an expression, as the text that takes its place. */
export function changesOf(node: ts.Expression, source: ts.SourceFile): Change[] {
  const byItself = changesByItself(node, source);
  if (!isCondition(node)) return [...byItself, ...returned(node, node.getText(source))];
  const always = ts.isWhileStatement(node.parent) ? ["false"] : ["true", "false"];
  return [
    ...byItself.slice(0, ownChanges(node)),
    ...always.filter((value) => value !== node.getText(source)),
  ];
}

/**
 * How many of its own changes a condition is given. Its opposite is seen by whatever sees a condition that is always true,
 * or never: only a limit's own change, which comes first, says more.
 */
function ownChanges(node: ts.Expression): number | undefined {
  if (ts.isPrefixUnaryExpression(node)) return 0;
  if (!ts.isBinaryExpression(node)) return undefined;
  const { kind } = node.operatorToken;
  if (EQUALITY.has(kind)) return 0;
  return ORDERED.has(kind) ? 1 : undefined;
}

function changesByItself(node: ts.Expression, source: ts.SourceFile): Change[] {
  const text = (part: ts.Node) => part.getText(source);
  if (ts.isNumericLiteral(node)) return neighbours(Number(node.text.replaceAll("_", "")));
  if (ts.isStringLiteralLike(node)) return isCompared(node) ? [] : [node.text === "" ? '"?"' : '""'];
  if (ts.isTemplateExpression(node)) return ['""'];
  if (ts.isRegularExpressionLiteral(node)) return withoutAnchors(node.text);
  if (node.kind === ts.SyntaxKind.TrueKeyword) return ["false"];
  if (node.kind === ts.SyntaxKind.FalseKeyword) return ["true"];
  if (ts.isPrefixUnaryExpression(node)) return unary(node, text(node.operand));
  if (ts.isPostfixUnaryExpression(node)) {
    return [text(node.operand) + (node.operator === ts.SyntaxKind.PlusPlusToken ? "--" : "++")];
  }
  if (ts.isBinaryExpression(node)) return binary(node, text(node.left), text(node.right));
  if (ts.isCallExpression(node)) return call(node, text);
  return [];
}

function isCondition(node: ts.Expression): boolean {
  const { parent } = node;
  return (
    ((ts.isIfStatement(parent) || ts.isWhileStatement(parent)) && parent.expression === node) ||
    (ts.isConditionalExpression(parent) && parent.condition === node)
  );
}

/** What is compared with "" is never equal: the comparison's own changes say as much. */
function isCompared(node: ts.Expression): boolean {
  return ts.isBinaryExpression(node.parent) && EQUALITY.has(node.parent.operatorToken.kind);
}

/** A function that returns nothing. */
function returned(node: ts.Expression, text: string): Change[] {
  const { parent } = node;
  const isReturned = ts.isReturnStatement(parent) || (ts.isArrowFunction(parent) && parent.body === node);
  if (!isReturned || text === "undefined") return [];
  if (ts.isArrayLiteralExpression(node)) return node.elements.length > 0 ? ["[]"] : [];
  const isFound = ts.isIdentifier(node) || ts.isPropertyAccessExpression(node);
  return isFound || ts.isCallExpression(node) || ts.isAwaitExpression(node) ? ["undefined"] : [];
}

/** The next constants below and above. A fraction is changed by a tenth. */
function neighbours(value: number): string[] {
  if (!Number.isInteger(value))
    return [value * 0.9, value * 1.1].map((near) => String(Number(near.toPrecision(12))));
  const step = value >= LARGE ? Math.round(value / 100) : 1;
  return value === 0 ? ["1"] : [value - step, value + step].map(String);
}

function withoutAnchors(regex: string): string[] {
  const changes: string[] = [];
  if (/^\/\^[^/]/.test(regex)) changes.push(`/${regex.slice(2)}`);
  if (/[^\\]\$\/[a-z]*$/.test(regex)) changes.push(regex.replace(/\$\/([a-z]*)$/, "/$1"));
  return changes;
}

function unary(node: ts.PrefixUnaryExpression, operand: string): string[] {
  switch (node.operator) {
    case ts.SyntaxKind.ExclamationToken:
    case ts.SyntaxKind.MinusToken:
      return [operand];
    case ts.SyntaxKind.PlusPlusToken:
      return [`--${operand}`];
    case ts.SyntaxKind.MinusMinusToken:
      return [`++${operand}`];
    default:
      return [];
  }
}

function binary(node: ts.BinaryExpression, left: string, right: string): string[] {
  const kind = node.operatorToken.kind;
  if (kind === ts.SyntaxKind.QuestionQuestionToken) return [left, right];
  // What is added to text is text: there is no difference to take.
  if (kind === ts.SyntaxKind.PlusToken && [node.left, node.right].some(isText)) return [];
  return (SWAPPED.get(kind) ?? []).map((operator) => `${left} ${operator} ${right}`);
}

function isText(node: ts.Expression): boolean {
  if (ts.isBinaryExpression(node)) return isText(node.left) || isText(node.right);
  return ts.isStringLiteralLike(node) || ts.isTemplateExpression(node);
}

function call(node: ts.CallExpression, text: (part: ts.Node) => string): string[] {
  const { expression: callee } = node;
  if (!ts.isPropertyAccessExpression(callee)) return [];
  const name = callee.name.text;
  const receiver = text(callee.expression);
  if (DROPPED.has(name)) return [receiver];
  const other = Object.hasOwn(OTHER_METHOD, name) ? OTHER_METHOD[name] : undefined;
  if (other === undefined) return [];
  const rest = text(node).slice(text(callee).length);
  return [`${receiver}${callee.questionDotToken ? "?." : "."}${other}${rest}`];
}
