import type { Command } from "commander";
import { type KeyMeaning, keyMeanings } from "../../../infra/settings/pages/config-page.ts";
import { Misuse } from "../../errors.ts";
import { out } from "../out.ts";

export function register(program: Command): void {
  program
    .command("explain")
    .summary("say what a key of the config means")
    .description(
      "Says what a key of Pulumi.<stack>.yaml means, its default, and the keys in it: as docs/config.md.",
    )
    .argument("[key]", "such as rollout:plan, or plan.gates.miss; without it, all keys of the first level")
    .addHelpText("after", "\nExample: rollout explain tracks.blue.weight")
    .action((key: string | undefined, _options: unknown, command: Command) => {
      const found = explained(key, keyMeanings());
      out(
        command.optsWithGlobals().json ? `${JSON.stringify(found)}\n` : `${found.map(lineOf).join("\n")}\n`,
      );
    });
}

/** @throws {Misuse} when there is no such key, with those that there are */
export function explained(key: string | undefined, all: readonly KeyMeaning[]): KeyMeaning[] {
  const tops = all.filter((each) => !/[.[]/.test(each.key));
  if (key === undefined) return tops;
  const asked = key.replace(/^rollout:/, "");
  const found = all.filter((each) => isAt(each.key, asked));
  if (found.length > 0) return found;
  const parent = asked.includes(".") ? asked.slice(0, asked.lastIndexOf(".")) : "";
  const near = all.filter((each) => isAt(each.key, parent) && each.key !== parent);
  const known = (near.length > 0 ? near : tops).map((each) => each.key).join(", ");
  throw new Misuse(`there is no key ${asked}. There are: ${known}`);
}

/** Whether a key is the one that is asked for or in it. A name of the team's own stands for `<name>`, a number for `[]`. */
function isAt(key: string, asked: string): boolean {
  const parts = (text: string) => text.replaceAll(/\[\d*\]/g, ".[]").split(".");
  const is = parts(key);
  return parts(asked).every(
    (part, index) =>
      part === is[index] || is[index] === "<name>" || (is[index] === "[]" && /^\d+$/.test(part)),
  );
}

function lineOf({ key, meaning, fallback }: KeyMeaning): string {
  return `rollout:${key}: ${meaning}${fallback === undefined ? "" : ` (default ${fallback})`}`;
}
