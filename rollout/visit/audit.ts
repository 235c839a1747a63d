import { isSecretName } from "../../infra/settings/secrecy/names.ts";
import type { Clock } from "../clock.ts";
import type { Visit } from "../core/journal.ts";
import { appendAfter } from "../platforms/append.ts";
import type { JournalStore } from "../platforms/platform.ts";
import { Redactor } from "../preview/redact.ts";
import { SECRET } from "../preview/shown.ts";
import { plainLine } from "../view/plain.ts";

/**
 * Writes a visit down before it happens: who, when and which command, never what came of it.
 *
 * @param by who visits
 * @throws when the journal can't be written: then nobody is let in
 */
export async function writeDown(
  { journal, clock, by }: { journal: JournalStore; clock: Clock; by: string },
  visit: Visit,
): Promise<void> {
  await appendAfter(journal, () => ({ kind: "visit", ...visit, at: clock.now(), by }));
}

/** What a journal's reader needs of a command; the whole text of a script isn't that. */
const MOST_LETTERS = 500;

/** An option of two letters and more, and what it is given. */
const OPTION = /(?<=^|[\s'"])(--?[a-z0-9_][\w-]+)(\s+)('[^']*'|"[^"]*"|[^\s'"]+)/gi;

/** What stands before a secret that looks like any word: in SQL, HTTP, and the short options of clients. */
const BEFORE = [
  /(\b(?:password|identified\s+by)\s+)('[^']*'|"[^"]*")/gi,
  /(\b(?:bearer|basic)\s+)('[^']*'|"[^"]*"|[^\s'"]+)/gi,
  /(\s-u\s+[^\s:'"]+:)('[^']*'|"[^"]*"|[^\s'"]+)/gi,
];

/** Only a client's own commands have it so: a part of a line that names the client. */
const OF_CLIENTS: [client: RegExp, before: RegExp][] = [
  [/\bredis-cli\b/i, /(\s(?:-a|auth)\s+)('[^']*'|"[^"]*"|[^\s'"]+)/gi],
  [/\bmysql/i, /(\s-p)('[^']*'|"[^"]*"|[^\s'"]+)/gi],
];

/** Each command of a line, and what joins them. */
function ofClients(line: string): string {
  return line
    .split(/([|;&])/)
    .map((part) =>
      OF_CLIENTS.reduce(
        (text, [client, before]) => (client.test(text) ? text.replaceAll(before, `$1${SECRET}`) : text),
        part,
      ),
    )
    .join("");
}

/**
 * A command as the journal keeps it: in one line, without secrets, those known and those that look like one.
 *
 * @param known secrets in clear
 */
export function commandText(words: readonly string[], known: readonly string[] = []): string {
  const said = new Redactor(known).text(words.map(quoted).join(" "));
  const bare = BEFORE.reduce(
    (text, pattern) => text.replaceAll(pattern, `$1${SECRET}`),
    ofClients(said).replaceAll(OPTION, (all, option: string, space: string) =>
      isSecretName(option.replace(/^-+/, "")) ? `${option}${space}${SECRET}` : all,
    ),
  );
  const text = plainLine(bare);
  return text.length > MOST_LETTERS ? `${text.slice(0, MOST_LETTERS)}...` : text;
}

/** As a shell would have to be told it, near enough to read. */
function quoted(word: string): string {
  return /^[\w@%+=:,./()-]+$/.test(word) ? word : `'${word}'`;
}
