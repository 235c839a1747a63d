import type { Typed } from "./words.ts";

/** What zsh completes (zsh's manual, "Completion System"). Sourced, or as the file `_rollout` on its fpath. */
export function zshCompletion(all: readonly Typed[]): string {
  const deeper = all.filter(({ at }) => at !== "").map(({ at }) => quoted(at));
  return `#compdef rollout
# zsh: source <(rollout completion zsh), after compinit
_rollout() {
  local at= i before=$words[CURRENT-1]
  for ((i = 2; i < CURRENT; i++)); do
    case "\${at:+$at }$words[i]" in
      (${deeper.join("|")}) at="\${at:+$at }$words[i]" ;;
    esac
  done
  case "$at:$before" in
${all.flatMap(valuesAfter).join("\n")}
  esac
  local -a found
  case "$at" in
${all.map((typed) => `    (${quoted(typed.at)}) found=(${described(typed).join(" ")}) ;;`).join("\n")}
  esac
  _describe rollout found
}
if [ "$funcstack[1]" = _rollout ]; then _rollout "$@"; else compdef _rollout rollout; fi
`;
}

function described({ verbs, options, arguments: choices }: Typed): string[] {
  return [
    ...verbs.map(({ name, meaning }) => entry(name, meaning)),
    ...choices.map((choice) => entry(choice, "")),
    ...options.flatMap(({ names, meaning }) => names.map((name) => entry(name, meaning))),
  ];
}

function valuesAfter({ at, options }: Typed): string[] {
  return options
    .filter(({ takes }) => takes !== "nothing")
    .map(({ names, takes }) => {
      const before = names.map((name) => quoted(`${at}:${name}`)).join("|");
      return `    (${before}) ${replyOf(takes)}; return ;;`;
    });
}

function replyOf(takes: Typed["options"][number]["takes"]): string {
  if (takes === "stack") return "compadd -- Pulumi.*.yaml(N:r:e)";
  if (takes === "file") return "_files";
  return takes === "anything" ? "_message value" : `compadd -- ${(takes as string[]).map(quoted).join(" ")}`;
}

function entry(name: string, meaning: string): string {
  return quoted(`${name.replaceAll(":", "\\:")}${meaning ? `:${meaning}` : ""}`);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
