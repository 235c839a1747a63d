import type { Verb } from "./shell/words.ts";

/**
 * The verbs of the `rollout` command. Each is a file of its own that is loaded only when it is asked for: most verbs need
 * nothing of what the others do.
 */
export const VERBS: Record<string, Verb> = {
  init: { summary: "lay out a repository of your own", load: () => import("./package/init.ts") },
  upgrade: {
    summary: "bring a later version, and say what it changes in the stacks",
    load: () => import("./package/upgrade.ts"),
  },
  plan: {
    summary: "say what the plan can find at the stack's traffic, and how",
    load: () => import("./plan/plan.ts"),
  },
  doctor: {
    summary: "say what this machine lacks, for what, and what mends it",
    load: () => import("./shell/doctor.ts"),
  },
  redact: { summary: "take the secrets out of a text", load: () => import("./shell/redact.ts") },
  explain: { summary: "say what a key of the config means", load: () => import("./shell/explain.ts") },
  completion: {
    summary: "print what a shell completes",
    load: async () => (await import("./shell/completion.ts")).completionVerb(VERBS),
  },
  graph: { summary: "print the resources that a stack consists of", load: () => import("./graph.ts") },
  preview: { summary: "explain what a change does to the stacks", load: () => import("./preview.ts") },
  rehearse: {
    summary: "run a stack on this machine with the real servers",
    load: () => import("./rehearse/rehearse.ts"),
  },
  run: { summary: "roll a candidate out, step by step", load: () => import("./rollout/run.ts") },
  controller: {
    summary: "be the stack's controller: take up what was handed over",
    load: () => import("./rollout/stack/controller.ts"),
  },
  status: { summary: "show how a rollout stands", load: () => import("./rollout/status.ts") },
  ui: { summary: "open the live page of a rollout", load: () => import("./rollout/ui.ts") },
  pause: { summary: "hold a rollout where it is", load: () => word("pause") },
  resume: { summary: "let a paused rollout go on", load: () => word("resume") },
  promote: { summary: "skip the rest of the present bake, and of a drain", load: () => word("promote") },
  rollback: {
    summary: "take all traffic back to the stable track",
    load: () => import("./rollout/rollback.ts"),
  },
  shift: { summary: "set the weights by hand", load: () => import("./rollout/shift.ts") },
  cohorts: {
    summary: "show who is led to which track, and lead them",
    load: () => import("./rollout/cohorts.ts"),
  },
  maintenance: {
    summary: "close the stack to users, or open it again",
    load: () => import("./maintenance.ts"),
  },
  ps: { summary: "show which version of which process runs where", load: () => import("./visit/ps.ts") },
  logs: { summary: "show what the app's processes print", load: () => import("./visit/logs.ts") },
  exec: {
    summary: "run a command in the app's container, or a shell",
    load: () => import("./visit/exec.ts"),
  },
  console: {
    summary: "open psql or redis-cli as the app logs in",
    load: () => import("./visit/console.ts"),
  },
  smoke: { summary: "ask the stack whether it serves", load: () => import("./smoke.ts") },
  check: {
    summary: "go through the checklist before a launch, or watch the service",
    load: () => import("./check.ts"),
  },
  load: {
    summary: "send what many users would, and judge the answers",
    load: () => import("./load.ts"),
  },
  restore: {
    summary: "give the database's place to itself as it was at a moment",
    load: () => import("./restore/restore.ts"),
  },
  "upgrade-database": {
    summary: "take the database to another major version of PostgreSQL, and back",
    load: () => import("./restore/upgrade-database.ts"),
  },
  drill: { summary: "rehearse what must work on a bad day", load: () => import("./drill/drill.ts") },
  phases: {
    summary: "judge the phases of the launch by measured figures",
    load: () => import("./phases/phases.ts"),
  },
  flags: {
    summary: "list, set and switch off feature flags",
    load: () => import("./flags/flags.ts"),
  },
  teardown: { summary: "delete a stack in AWS, to the end", load: () => import("./teardown.ts") },
  score: { summary: "work out the launch score", load: () => import("./phases/score.ts") },
  report: {
    summary: "write the last rollout down as one HTML page",
    load: () => import("./rollout/report.ts"),
  },
  digest: { summary: "report a day or a week of a stack", load: () => import("./digest/digest.ts") },
  postmortem: {
    summary: "begin the post-mortem of a rollout",
    load: () => import("./digest/postmortem.ts"),
  },
  incident: {
    summary: "print who is to hear what and when",
    load: () => import("./digest/incident.ts"),
  },
};

async function word(command: "pause" | "resume" | "promote") {
  return (await import("./rollout/word.ts")).wordVerb(command);
}
