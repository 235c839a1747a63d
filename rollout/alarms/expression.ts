/**
 * Metric math (CloudWatch User Guide, "Using math expressions with CloudWatch metrics"), as far as alarms here use it:
 * numbers, ids, + - * /, comparisons, AND, OR, IF and FILL with a number. Anything else is refused by its name.
 */
export type Expression =
  | { is: "number"; value: number }
  | { is: "id"; id: string }
  | { is: "operation"; operator: Operator; left: Expression; right: Expression }
  | { is: "if"; condition: Expression; yes: Expression; no: Expression }
  | { is: "fill"; of: Expression; value: number };

const OPERATORS = {
  OR: 1,
  AND: 2,
  "==": 3,
  "!=": 3,
  "<=": 4,
  ">=": 4,
  "<": 4,
  ">": 4,
  "+": 5,
  "-": 5,
  "*": 6,
  "/": 6,
} as const;

export type Operator = keyof typeof OPERATORS;

const TOKEN = /\s*(?:(\d+(?:\.\d+)?)|([A-Za-z]\w*)|(==|!=|<=|>=|&&|\|\||[-+*/<>(),^]))/y;

/** @throws {SyntaxError} that names what isn't understood or isn't played */
export function parseExpression(text: string): Expression {
  const tokens = tokensOf(text);
  const parsed = operation(tokens, 1);
  if (tokens.length > 0) throw new SyntaxError(`unexpected ${tokens[0]} in ${text}`);
  return parsed;
}

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  const pattern = new RegExp(TOKEN);
  const end = text.trimEnd().length;
  while (pattern.lastIndex < end) {
    const at = pattern.lastIndex;
    const match = pattern.exec(text);
    if (!match) throw new SyntaxError(`unexpected ${text.slice(at).trim()[0]} in ${text}`);
    tokens.push(match[0].trim().replace("&&", "AND").replace("||", "OR"));
  }
  return tokens;
}

/** Operators that bind at least as tightly as `level`, the left ones first. */
function operation(tokens: string[], level: number): Expression {
  let left = operand(tokens);
  for (let operator = operatorAt(tokens, level); operator; operator = operatorAt(tokens, level)) {
    tokens.shift();
    left = { is: "operation", operator, left, right: operation(tokens, OPERATORS[operator] + 1) };
  }
  return left;
}

function operatorAt([token]: string[], level: number): Operator | undefined {
  if (token === undefined || !Object.hasOwn(OPERATORS, token)) return undefined;
  const operator = token as Operator;
  return OPERATORS[operator] >= level ? operator : undefined;
}

function operand(tokens: string[]): Expression {
  const token = tokens.shift();
  if (token === undefined) throw new SyntaxError("the expression ends too early");
  if (/^\d/.test(token)) return { is: "number", value: Number(token) };
  if (token === "-") {
    return { is: "operation", operator: "-", left: { is: "number", value: 0 }, right: operand(tokens) };
  }
  if (token === "(") {
    const inner = operation(tokens, 1);
    expect(tokens, ")");
    return inner;
  }
  if (tokens[0] === "(") return call(token, tokens);
  // An id begins with a small letter (GetMetricData, MetricDataQuery).
  if (/^[a-z]/.test(token)) return { is: "id", id: token };
  throw new SyntaxError(`${token} isn't played here`);
}

function call(name: string, tokens: string[]): Expression {
  if (name !== "IF" && name !== "FILL") throw new SyntaxError(`the function ${name} isn't played here`);
  const given: Expression[] = [];
  do {
    tokens.shift();
    given.push(operation(tokens, 1));
  } while (tokens[0] === ",");
  expect(tokens, ")");
  const [first, second, third, ...others] = given;
  if (name === "IF" && first && second && third && others.length === 0)
    return { is: "if", condition: first, yes: second, no: third };
  if (name === "FILL" && first && second?.is === "number" && !third)
    return { is: "fill", of: first, value: second.value };
  throw new SyntaxError(`${name} is played with ${name === "IF" ? "three arguments" : "a number"} only`);
}

function expect(tokens: string[], wanted: string): void {
  const token = tokens.shift();
  if (token !== wanted) throw new SyntaxError(`expected ${wanted} instead of ${token ?? "the end"}`);
}

/**
 * The expression's value in one period; undefined where there is no data point.
 *
 * An operation has a point only where both sides have one, and a division by 0 has none. FILL fills a metric that has no
 * point in this period; it is open whether CloudWatch does so for a metric that never had one.
 *
 * @param metric a metric's value in the period
 */
export function resultOf(
  expression: Expression,
  metric: (id: string) => number | undefined,
): number | undefined {
  switch (expression.is) {
    case "number":
      return expression.value;
    case "id":
      return metric(expression.id);
    case "fill":
      return resultOf(expression.of, metric) ?? expression.value;
    case "if": {
      const condition = resultOf(expression.condition, metric);
      if (condition === undefined) return undefined;
      return resultOf(condition === 0 ? expression.no : expression.yes, metric);
    }
    case "operation": {
      const left = resultOf(expression.left, metric);
      const right = resultOf(expression.right, metric);
      if (left === undefined || right === undefined) return undefined;
      return applied(expression.operator, left, right);
    }
  }
}

function applied(operator: Operator, left: number, right: number): number | undefined {
  switch (operator) {
    case "+":
      return left + right;
    case "-":
      return left - right;
    case "*":
      return left * right;
    case "/":
      return right === 0 ? undefined : left / right;
    default:
      return Number(holds(operator, left, right));
  }
}

function holds(operator: Exclude<Operator, "+" | "-" | "*" | "/">, left: number, right: number): boolean {
  const tests = {
    OR: left !== 0 || right !== 0,
    AND: left !== 0 && right !== 0,
    "==": left === right,
    "!=": left !== right,
    "<=": left <= right,
    ">=": left >= right,
    "<": left < right,
    ">": left > right,
  };
  return tests[operator];
}

/** The ids that an expression names. */
export function idsIn(expression: Expression): string[] {
  switch (expression.is) {
    case "number":
      return [];
    case "id":
      return [expression.id];
    case "fill":
      return idsIn(expression.of);
    case "if":
      return [expression.condition, expression.yes, expression.no].flatMap(idsIn);
    case "operation":
      return [expression.left, expression.right].flatMap(idsIn);
  }
}
