import { member } from "../../../../../infra/sure.ts";

const ESCAPES: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** One word of haproxy.cfg, whatever is in it (HAProxy configuration manual, "Quoting and escaping"). */
export function quoted(text: string): string {
  return `"${text.replaceAll(/[\\"$]/g, "\\$&").replaceAll(/[\n\r\t]/g, (letter) => member(ESCAPES, letter))}"`;
}
