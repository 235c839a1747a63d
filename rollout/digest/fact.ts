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
    return { unknown: reasonOf(error as Error) };
  }
}

const LONGEST = 200;

/** One line, without the stack that Pulumi's errors carry in their text. */
function reasonOf({ message }: Error): string {
  const [said = ""] = message.split(/\n[ \t]+at /);
  const line = new Redactor([]).text(said).replaceAll(/\s+/g, " ").trim() || "no reason was given";
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}...` : line;
}

/** The fact made of another; what is unknown stays so, for the same reason. */
export function from<T, U>(fact: Fact<T>, work: (value: T) => Fact<U>): Fact<U> {
  return isUnknown(fact) ? fact : work(fact);
}
