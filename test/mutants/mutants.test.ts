import { stripTypeScriptTypes } from "node:module";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { instrument } from "./mutants.ts";

/** What a text's mutants are called. */
function namesOf(text: string): string[] {
  return instrument("a.ts", text, 0).mutants.map(({ name }) => name);
}

/** What `f(...given)` answers when nothing is changed, then with each mutant on. */
function answers(text: string, ...given: unknown[]): unknown[] {
  const { text: switched, mutants } = instrument("a.ts", text, 0);
  const script = stripTypeScriptTypes(switched);
  return [-1, ...mutants.map(({ id }) => id)].map((on) => {
    const context = { $m: (id: number) => id === on, given };
    try {
      const answer: unknown = runInNewContext(`${script}; f(...given)`, context);
      return answer === undefined ? undefined : JSON.parse(JSON.stringify(answer));
    } catch (error) {
      return (error as Error).message;
    }
  });
}

describe("what is changed", () => {
  test.each([
    ["a limit, one below and one above", "const a = 5;", ["a: 5 -> 4", "a: 5 -> 6"]],
    ["a large one by a hundredth", "const a = 30_000;", ["a: 30_000 -> 29700", "a: 30_000 -> 30300"]],
    ["a fraction by a tenth", "const a = 0.5;", ["a: 0.5 -> 0.45", "a: 0.5 -> 0.55"]],
    ["what a limit includes", "const a = b < c;", ["a: b < c -> b <= c", "a: b < c -> b >= c"]],
    ["both", "const a = b && c;", ["a: b && c -> b || c"]],
    ["a default", "const a = b ?? c;", ["a: b ?? c -> b", "a: b ?? c -> c"]],
    ["not", "const a = !b;", ["a: !b -> b"]],
    ["arithmetic", "const a = b * c;", ["a: b * c -> b / c"]],
    ["order", "const a = b.toSorted(c);", ["a: b.toSorted(c) -> b"]],
    ["an option", "const a = { b: c };", ["a: without b: c"]],
    ["one of several", "const a = [b, ...c];", ["a: without b", "a: without ...c"]],
    ["text", "const a = `b${c}`;", ['a: `b${c}` -> ""']],
    ["a question mark", "const a = b?.c.d;", ["a: b?.c -> b.c"]],
    ["an anchor", "const a = /^b$/;", ["a: /^b$/ -> /b$/", "a: /^b$/ -> /^b/"]],
    ["a statement", "function a() { b(); }", ["a: without b();"]],
    ["a return value", "function a() { return b(); }", ["a: b() -> undefined"]],
    ["a condition", "if (a) b();", ["(file): a -> true", "(file): a -> false", "(file): without b();"]],
  ])("%s", (_, text, names) => {
    expect(namesOf(text)).toEqual(names);
  });

  test.each([
    ["types", 'type A = "b" | 5; interface C { d: "e" } const f = g as "h";'],
    ["what is imported", 'import a from "b"; export * from "c";'],
    ["names", "const a = { 'b-c': d }.e;", ["a: without 'b-c': d"]],
    ["text added to text", "const a = 'b' + c;", ["a: 'b' -> \"\""]],
    ["what is compared with text", 'const a = b === "c";', ['a: b === "c" -> b !== "c"']],
    ["what is taken apart", "[a, b] = c;", ["(file): without [a, b] = c;"]],
  ])("not %s", (_, text, others = []) => {
    expect(namesOf(text)).toEqual(others);
  });

  test("mutants with the same name are told apart", () => {
    expect(namesOf("const a = [0, 0];")).toEqual(["a: 0 -> 1", "a: 0 -> 1 (2)"]);
  });
});

describe("a switched file", () => {
  test("is itself with no switch on, and with one on is changed in that place only", () => {
    expect(answers("function f(a: number) { return a > 1 ? [a, 2] : []; }", 1)).toEqual([
      [],
      [1, 2], // a >= 1
      [1, 2], // true
      [], // false
      [1, 2], // a > 0
      [], // a > 2
      [], // without a
      [], // 1
      [], // 3
    ]);
  });

  test("keeps what a question mark spans", () => {
    const text = "function f(a?: { b: { c: number[] } }) { return a?.b.c.filter((x) => x > 1).length; }";
    // All but the one without the question mark answer nothing.
    expect(answers(text, undefined).filter((answer) => answer !== undefined)).toEqual([
      expect.stringContaining("undefined"),
    ]);
    expect(answers(text, { b: { c: [1, 2] } })[0]).toBe(1);
  });

  test("a statement that is left out takes no `else` along", () => {
    const text = 'function f(a: boolean) { let b = ""; if (a) b = "yes"; else b = "no"; return b; }';
    expect(answers(text, false)[0]).toBe("no");
    expect(answers(text, true)[0]).toBe("yes");
    expect(answers(text, true)).toContain("");
  });
});
