import type { Command, Option } from "commander";

/** A verb that isn't loaded yet. */
export interface Verb {
  summary: string;
  load: () => Promise<{ register(program: Command): void }>;
}

/** What may be typed after some words of the command line. */
export interface Typed {
  /** The words before, such as `rehearse up`; empty: none but the program's name. */
  at: string;
  verbs: { name: string; meaning: string }[];
  options: TypedOption[];
  /** What an argument may be, where that is known. */
  arguments: string[];
}

interface TypedOption {
  /** Such as `-s` and `--stack`. */
  names: string[];
  meaning: string;
  /** What follows it: nothing, a stack, a file, one of some words, or what nobody can list. */
  takes: "nothing" | "stack" | "file" | "anything" | string[];
}

/** All that can be typed, by the verbs' own definitions. @param program makes the command with its own options alone */
export async function typedWords(
  all: Readonly<Record<string, Verb>>,
  program: () => Command,
): Promise<Typed[]> {
  const own = program();
  const verbs = Object.entries(all).map(([name, { summary }]) => ({ name, meaning: summary }));
  const found: Typed[] = [{ at: "", verbs, options: own.options.map(optionOf), arguments: [] }];
  for (const { load } of Object.values(all)) {
    const one = program();
    (await load()).register(one);
    for (const command of one.commands) found.push(...below(command, "", own.options));
  }
  return found;
}

function below(command: Command, above: string, own: readonly Option[]): Typed[] {
  const at = `${above}${command.name()}`;
  const verbs = command.commands.map((each) => ({
    name: each.name(),
    meaning: each.summary() || each.description(),
  }));
  const here: Typed = {
    at,
    verbs,
    options: [...command.options, ...own].map(optionOf),
    arguments: command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
  };
  return [here, ...command.commands.flatMap((each) => below(each, `${at} `, own))];
}

function optionOf(option: Option): TypedOption {
  const names = [option.short, option.long].filter((name) => name !== undefined);
  return { names, meaning: option.description, takes: takenBy(option) };
}

function takenBy({ argChoices, flags, required, optional, long }: Option): TypedOption["takes"] {
  if (!required && !optional) return "nothing";
  if (argChoices) return argChoices;
  if (long === "--stack") return "stack";
  return /<(file|folder|path)>/.test(flags) ? "file" : "anything";
}
