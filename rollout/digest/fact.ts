import { sentenceOf } from "../failures.ts";
import { Redactor } from "../preview/redact.ts";

/** What couldn't be found out, and why: neither 0 nor 100 %. */
export interface Unknown {
  unknown: string;
}

export type Fact<T> = T | Unknown;

export function isUnknown(fact: unknown): fact is Unknown {
  return typeof fact === "object" && fact !== null && "unknown" in fact;
}

/** What a source tells; when it fails, its error's text without anything that looks like a secret. */
export async function asked<T>(source: () => Promise<T>): Promise<Fact<T>> {
  try {
    return await source();
  } catch (error) {
    return { unknown: reasonOf(error) };
  }
}

const LONGEST = 300;

/** One line, without the stack that Pulumi's errors carry in their text. */
function reasonOf(error: unknown): string {
  const { message } = error as Error;
  const said = sentenceOf(error) ?? message.split(/\n[ \t]+at /)[0] ?? "";
  const line = new Redactor([]).text(said).replaceAll(/\s+/g, " ").trim() || "no reason was given";
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}...` : line;
}

/** The fact made of another; what is unknown stays so, for the same reason. */
export function from<T, U>(fact: Fact<T>, work: (value: T) => Fact<U>): Fact<U> {
  return isUnknown(fact) ? fact : work(fact);
}
