import { Redactor } from "../preview/redact.ts";

/** What couldn't be found out, and why: neither 0 nor 100 %. */
export interface Unknown {
  unknown: string;
}

export type Fact<T> = T | Unknown;

export function isUnknown(fact: unknown): fact is Unknown {
  return typeof fact === "object" && fact !== null && "unknown" in fact;
}

/** What a source tells; when it fails its error's first line, without anything that looks like a secret. */
export async function asked<T>(source: () => Promise<T>): Promise<Fact<T>> {
  try {
    return await source();
  } catch (error) {
    const [first = "no reason was given"] = (error as Error).message.split("\n");
    return { unknown: new Redactor([]).text(first) };
  }
}

/** The fact made of another; what is unknown stays so, for the same reason. */
export function from<T, U>(fact: Fact<T>, work: (value: T) => Fact<U>): Fact<U> {
  return isUnknown(fact) ? fact : work(fact);
}
