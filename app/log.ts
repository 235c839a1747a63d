type Level = "debug" | "info" | "warn" | "error";
export type Fields = Record<string, string | number | boolean | undefined>;
export type Log = Record<Level, (message: string, fields?: Fields) => void>;

/**
 * One JSON object a line, so that the log group can be searched by track without parsing text.
 *
 * @param constants fields of every line, such as the track
 */
export function jsonLog(constants: Fields, debug: boolean, write = writeOut): Log {
  const at = (level: Level) => (message: string, fields?: Fields) => {
    if (level === "debug" && !debug) return;
    write(JSON.stringify({ time: new Date().toISOString(), level, ...constants, message, ...fields }));
  };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

function writeOut(line: string): void {
  process.stdout.write(line + "\n");
}

/**
 * An error for a log line or a health report: its code where there is one, else its message. Connection strings are
 * cut out: some libraries put the whole URL, password and all, in theirs.
 */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown error";
  const code = (error as NodeJS.ErrnoException).code;
  const text =
    typeof code === "string" && !error.message.includes(code) ? `${code} ${error.message}` : error.message;
  return (text || error.name).replace(/\b[a-z]+:\/\/\S+/gi, "[url]");
}
