/** A statement as it stands in a file, and on which line it begins. */
export interface SqlStatement {
  /** Without comments, its white space made one blank each, without the semicolon. */
  text: string;
  /** From 1. */
  line: number;
}

/** Splits SQL into its statements: a semicolon within a string, a name, a body or a comment ends none. */
export function statementsOf(sql: string): SqlStatement[] {
  const found: SqlStatement[] = [];
  let text = "";
  let line = 1;
  let begin = 1;
  const end = () => {
    const words = text.replace(/\s+/g, " ").trim();
    if (words) found.push({ text: words, line: begin });
    text = "";
  };
  for (let at = 0; at < sql.length; ) {
    const { length, kind } = tokenAt(sql, at);
    const token = sql.slice(at, at + length);
    if (kind === "end") end();
    else {
      if (text.trim() === "" && kind === "text" && token.trim() !== "") begin = line;
      text += kind === "comment" ? " " : token;
    }
    line += token.split("\n").length - 1;
    at += length;
  }
  end();
  return found;
}

/** PostgreSQL, "Lexical Structure". What isn't closed goes on to the end. */
function tokenAt(sql: string, at: number): { length: number; kind: "text" | "comment" | "end" } {
  const until = (close: string, from: number) => {
    const found = sql.indexOf(close, from);
    return found < 0 ? sql.length - at : found + close.length - at;
  };
  const two = sql.slice(at, at + 2);
  if (two === "--") return { length: until("\n", at), kind: "comment" };
  if (two === "/*") return { length: until("*/", at + 2), kind: "comment" };
  const char = sql[at];
  if (char === ";") return { length: 1, kind: "end" };
  if (char === "'" || char === '"') return { length: until(char, at + 1), kind: "text" };
  const [tag] = char === "$" ? (/^\$\w{0,63}\$/.exec(sql.slice(at, at + 65)) ?? []) : [];
  return { length: tag ? until(tag, at + tag.length) : 1, kind: "text" };
}

/** Where the tools that keep both ways in one file begin the way back (dbmate, goose, sql-migrate). */
const WAY_BACK = /^-- ?(?:migrate:down|\+goose down|\+migrate down)\b/im;

/** The way forward of a migration's file. */
export function forwardOf(sql: string): string {
  const at = sql.search(WAY_BACK);
  return at < 0 ? sql : sql.slice(0, at);
}
