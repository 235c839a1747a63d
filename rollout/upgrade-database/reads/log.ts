/** A statement that the application sent, and the values that it sent with it. */
export interface LoggedStatement {
  text: string;
  /** As PostgreSQL writes them into its log; null for NULL. */
  values: (string | null)[];
}

/** `2026-11-30 13:30:00.123 UTC [4711] LOG:  ...`, PostgreSQL's own `log_line_prefix`. */
const BEGIN = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ \S+ \[(\d+)\] ([A-Z]+): {2}(.*)$/;
const STATEMENT = /^duration: [\d.]+ ms {2}(?:statement|execute [^:]*): ([\s\S]*)$/;
const VALUES = /^[Pp]arameters: ([\s\S]*)$/;

/**
 * The statements in a stretch of the server's log (`log_min_duration_statement = 0`), in order.
 *
 * Source: PostgreSQL, "Error Reporting and Logging"; the values follow their statement in a DETAIL of the same process.
 */
export function statementsIn(log: string): LoggedStatement[] {
  const found: LoggedStatement[] = [];
  const last = new Map<string, LoggedStatement>();
  for (const { process, level, text } of entriesOf(log)) {
    const statement = level === "LOG" ? STATEMENT.exec(text)?.[1] : undefined;
    const values = level === "DETAIL" ? VALUES.exec(text)?.[1] : undefined;
    if (statement !== undefined) {
      const logged = { text: statement.trim(), values: [] };
      last.set(process, logged);
      found.push(logged);
    } else if (values !== undefined) {
      const logged = last.get(process);
      if (logged) logged.values = valuesIn(values);
    }
    if (level !== "DETAIL" && statement === undefined) last.delete(process);
  }
  return found;
}

function entriesOf(log: string): { process: string; level: string; text: string }[] {
  const entries: { process: string; level: string; text: string }[] = [];
  for (const line of log.split("\n")) {
    const [, process, level, text] = BEGIN.exec(line) ?? [];
    const open = entries.at(-1);
    if (process !== undefined && level !== undefined) entries.push({ process, level, text: text ?? "" });
    // What goes on is indented by a tab.
    else if (open && line.startsWith("\t")) open.text += `\n${line.slice(1)}`;
  }
  return entries;
}

/** `$1 = '42', $2 = NULL`: a quote within a value is doubled. */
function valuesIn(text: string): (string | null)[] {
  return [...text.matchAll(/\$\d+ = (?:NULL|'((?:[^']|'')*)')/g)].map(([, value]) =>
    value === undefined ? null : value.replaceAll("''", "'"),
  );
}
