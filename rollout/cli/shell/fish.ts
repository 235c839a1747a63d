import type { Typed } from "./words.ts";

/** What fish completes (fish's documentation, "complete"). */
export function fishCompletion(all: readonly Typed[]): string {
  const deeper = all.filter(({ at }) => at !== "").map(({ at }) => quoted(at));
  return `# fish: rollout completion fish | source
function __rollout_at
  set -l at
  for word in (commandline -opc)[2..]
    if contains -- (string join -- ' ' $at $word) ${deeper.join(" ")}
      set at $at $word
    end
  end
  string join -- ' ' $at
end
function __rollout_stacks
  string replace -rf '^Pulumi\\.(.*)\\.yaml$' '$1' Pulumi.*.yaml
end
complete -c rollout -f
${all.flatMap(linesOf).join("\n")}
`;
}

function linesOf({ at, verbs, options, arguments: choices }: Typed): string[] {
  const here = `complete -c rollout -n 'test "$(__rollout_at)" = "${at}"'`;
  const words = [...verbs, ...choices.map((name) => ({ name, meaning: "" }))];
  return [
    ...words.map(({ name, meaning }) => `${here} -a ${quoted(name)} -d ${quoted(meaning)}`),
    ...options.map(({ names, meaning, takes }) => {
      const flags = names.map((name) =>
        name.startsWith("--") ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`,
      );
      return `${here} ${flags.join(" ")} -d ${quoted(meaning)}${valuePart(takes)}`;
    }),
  ];
}

function valuePart(takes: Typed["options"][number]["takes"]): string {
  if (takes === "nothing") return "";
  if (takes === "stack") return " -x -a '(__rollout_stacks)'";
  if (takes === "file") return " -r -F";
  return takes === "anything" ? " -x" : ` -x -a ${quoted((takes as string[]).join(" "))}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
