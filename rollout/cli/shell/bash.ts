import type { Typed } from "./words.ts";

/** What bash completes after `rollout` and `bin/rollout` (GNU Bash manual, "Programmable Completion"). */
export function bashCompletion(all: readonly Typed[]): string {
  const deeper = all.filter(({ at }) => at !== "").map(({ at }) => `"${at}"`);
  return `# bash: eval "$(rollout completion bash)"
_rollout() {
  local cur=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} at= i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "\${at:+$at }\${COMP_WORDS[i]}" in
      ${deeper.join("|")}) at="\${at:+$at }\${COMP_WORDS[i]}" ;;
    esac
  done
  case "$at:$before" in
${all.flatMap(valuesAfter).join("\n")}
  esac
  local words
  case "$at" in
${all.map((typed) => `    "${typed.at}") words="${wordsOf(typed).join(" ")}" ;;`).join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -F _rollout rollout
`;
}

export function wordsOf({ verbs, options, arguments: choices }: Typed): string[] {
  return [...verbs.map(({ name }) => name), ...choices, ...options.flatMap(({ names }) => names)];
}

function valuesAfter({ at, options }: Typed): string[] {
  return options
    .filter(({ takes }) => takes !== "nothing")
    .map(({ names, takes }) => {
      const before = names.map((name) => `"${at}:${name}"`).join("|");
      return `    ${before}) ${replyOf(takes)}; return ;;`;
    });
}

function replyOf(takes: Typed["options"][number]["takes"]): string {
  if (takes === "stack")
    return `COMPREPLY=($(compgen -W "$(ls Pulumi.*.yaml 2>/dev/null | sed 's/^Pulumi\\.//; s/\\.yaml$//')" -- "$cur"))`;
  if (takes === "file") return `COMPREPLY=($(compgen -f -- "$cur"))`;
  return takes === "anything"
    ? "COMPREPLY=()"
    : `COMPREPLY=($(compgen -W "${(takes as string[]).join(" ")}" -- "$cur"))`;
}
