/** A statement as it stands in a file, and on which line it begins. */
export interface SqlStatement {
  /** Without comments, its white space made one blank each, without the semicolon. */
  text: string;
  /** From 1. */
  line: number;
}

/** What is no statement's end: strings, quoted names, dollar quotes, comments (PostgreSQL, "Lexical Structure"). */
const TOKEN =
  /(--[^\n]*)|(\/\*[\s\S]*?\*\/)|('(?:[^']|'')*')|("(?:[^"]|"")*")|(\$(?:[A-Za-z_]\w*)?\$)|(;)|([^'"$;/-]+|[\s\S])/y;

/** Splits SQL into its statements. */
export function statementsOf(sql: string): SqlStatement[] {
  const found: SqlStatement[] = [];
  let text = "";
  let begin = 0;
  const end = () => {
    const words = text.replace(/\s+/g, " ").trim();
    if (words) found.push({ text: words, line: sql.slice(0, begin).split("\n").length });
    text = "";
  };
  const add = (part: string, at: number) => {
    if (text.trim() === "") begin = at + (part.length - part.trimStart().length);
    text += part;
  };
  for (let at = 0; at < sql.length; ) {
    TOKEN.lastIndex = at;
    const [token = "", line, block, , , dollar, semicolon] = TOKEN.exec(sql) ?? [];
    const close = dollar === undefined ? -1 : sql.indexOf(dollar, at + dollar.length);
    const whole = close < 0 ? token : sql.slice(at, close + (dollar ?? "").length);
    if (semicolon) end();
    else if (line || block) text += " ";
    else add(whole, at);
    at += Math.max(1, whole.length);
  }
  end();
  return found;
}

/** Where the tools that keep both ways in one file begin the way back (dbmate, goose, sql-migrate). */
const WAY_BACK = /^--\s*(?:migrate:down|\+goose\s+down|\+migrate\s+down)\b/im;

/** The way forward of a migration's file. */
export function forwardOf(sql: string): string {
  const at = sql.search(WAY_BACK);
  return at < 0 ? sql : sql.slice(0, at);
}
