import { createInterface } from "node:readline/promises";
import { Misuse } from "../../errors.ts";
import { tell } from "../out.ts";

/**
 * Says what is about to be lost, and has the stack's name typed, unless an option gave it.
 *
 * @param option the option's name, and `to` what typing the name does
 * @throws {Misuse} where there is nobody to ask
 */
export async function askName(
  text: string,
  { stack, given, option, to }: { stack: string; given: string | undefined; option: string; to: string },
): Promise<string> {
  tell(text);
  if (given !== undefined) return given;
  if (!process.stdin.isTTY) throw new Misuse(`nobody can be asked here: add ${option} ${stack}`);
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await lines.question(`Type the stack's name to ${to}: `)).trim();
  } finally {
    lines.close();
  }
}
