/**
 * Letters that a terminal obeys, and those that turn the order of what is read around: the control characters but tab and
 * line break, and Unicode's marks of direction.
 */
const OBEYED = /(?![\t\n])[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;

/**
 * Foreign text (a log, an answer, a journal's entry) as it may be shown: what a terminal would obey is written out, as
 * `\u001b`. In JSON, which writes the same letters so, it says the same as before.
 */
export function plain(text: string): string {
  return text.replaceAll("\r\n", "\n").replaceAll(OBEYED, (letter) => `\\u${hex(letter)}`);
}

/** The same where there is room for one line: a second one could pass for one of ours. */
export function plainLine(text: string): string {
  const lines = plain(text).split("\n");
  return lines
    .map((line) => line.trim())
    .filter(Boolean)
    .join(" ");
}

/** Every text in a value, each in one line. */
export function plainLines<T>(value: T): T {
  return mapped(value, plainLine);
}

/** Every text in a value. */
export function plainTexts<T>(value: T): T {
  return mapped(value, plain);
}

function mapped<T>(value: T, change: (text: string) => string): T {
  if (typeof value === "string") return change(value) as T;
  if (Array.isArray(value)) return value.map((each) => mapped(each, change)) as T;
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, each]) => [change(key), mapped(each, change)]);
  return Object.fromEntries(entries) as T;
}

function hex(letter: string): string {
  return letter.charCodeAt(0).toString(16).padStart(4, "0");
}
