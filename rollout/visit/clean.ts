import { Redactor } from "../preview/redact.ts";
import { SECRET } from "../preview/shown.ts";
import type { WrittenLine } from "./visited.ts";

const KEY_BEGINS = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;
const KEY_ENDS = /-----END [A-Z ]*PRIVATE KEY-----/;

/** Takes secrets out of logs. A private key is of many lines, none of which looks like one by itself. */
export class Cleaner {
  readonly #redactor: Redactor;
  /** Writers in the midst of a key. */
  readonly #within = new Set<string>();

  /** @param known secrets in clear */
  constructor(known: readonly string[]) {
    this.#redactor = new Redactor(known);
  }

  clean(line: WrittenLine): WrittenLine {
    const writer = `${line.server} ${line.process}`;
    if (this.#within.has(writer)) {
      if (KEY_ENDS.test(line.text)) this.#within.delete(writer);
      return { ...line, text: SECRET };
    }
    if (KEY_BEGINS.test(line.text) && !KEY_ENDS.test(line.text)) {
      this.#within.add(writer);
      return { ...line, text: `${this.#redactor.text(line.text.replace(/-----BEGIN[\s\S]*/, ""))}${SECRET}` };
    }
    return { ...line, text: this.#redactor.text(line.text) };
  }
}
