import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

/** A regular expression that stands in the source: as `/a+/g`, and where. */
export interface Expression {
  text: string;
  where: string;
}

/** Every regular expression of some source files, and every call of `new RegExp`, whose pattern is made while it runs. */
export function expressionsIn(
  root: string,
  files: readonly string[],
): { literal: Expression[]; made: Expression[] } {
  const literal: Expression[] = [];
  const made: Expression[] = [];
  for (const file of files) {
    const source = ts.createSourceFile(
      file,
      readFileSync(join(root, file), "utf8"),
      ts.ScriptTarget.Latest,
      true,
    );
    const visit = (node: ts.Node): void => {
      const where = `${file}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
      if (ts.isRegularExpressionLiteral(node)) literal.push({ text: node.text, where });
      if (ts.isNewExpression(node) && node.expression.getText() === "RegExp")
        made.push({ text: node.arguments?.[0]?.getText() ?? "", where });
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return { literal, made };
}

/** The pattern and the flags that matter for how long it takes. */
export function partsOf(text: string): { pattern: string; flags: string } {
  const end = text.lastIndexOf("/");
  return { pattern: text.slice(1, end), flags: text.slice(end + 1).replaceAll(/[gd]/g, "") };
}
