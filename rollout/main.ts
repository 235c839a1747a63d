import { Command } from "commander";
import { runCommand } from "./cli/exit.ts";

// The `rollout` command. Each verb is a file of its own that is loaded only when it is asked for: most verbs need
// nothing of what the others do.
const VERBS: Record<string, { summary: string; load: () => Promise<{ register(program: Command): void }> }> =
  {
    graph: { summary: "print the resources that a stack consists of", load: () => import("./cli/graph.ts") },
    preview: { summary: "explain what a change does to the stacks", load: () => import("./cli/preview.ts") },
    rehearse: {
      summary: "run a stack on this machine with the real servers",
      load: () => import("./cli/rehearse.ts"),
    },
    run: { summary: "roll a candidate out, step by step", load: () => import("./cli/run.ts") },
    status: { summary: "show how a rollout stands", load: () => import("./cli/status.ts") },
    pause: { summary: "hold a rollout where it is", load: () => import("./cli/pause.ts") },
    resume: { summary: "let a paused rollout go on", load: () => import("./cli/resume.ts") },
    promote: { summary: "skip the rest of the present bake", load: () => import("./cli/promote.ts") },
    rollback: {
      summary: "take all traffic back to the stable track",
      load: () => import("./cli/rollback.ts"),
    },
    shift: { summary: "set the weights by hand", load: () => import("./cli/shift.ts") },
    maintenance: {
      summary: "close the stack to users, or open it again",
      load: () => import("./cli/maintenance.ts"),
    },
    smoke: { summary: "ask the stack whether it serves", load: () => import("./cli/smoke.ts") },
    check: {
      summary: "go through the checklist before a launch, or watch the service",
      load: () => import("./cli/check.ts"),
    },
    load: {
      summary: "send what many users would, and judge the answers",
      load: () => import("./cli/load.ts"),
    },
    drill: { summary: "rehearse what must work on a bad day", load: () => import("./cli/drill.ts") },
    phases: {
      summary: "judge the phases of the launch by measured figures",
      load: () => import("./cli/phases.ts"),
    },
    flags: {
      summary: "list, set and switch off feature flags",
      load: () => import("./cli/flags.ts"),
    },
    score: { summary: "work out the launch score", load: () => import("./cli/score.ts") },
    report: {
      summary: "write the last rollout down as one HTML page",
      load: () => import("./cli/report.ts"),
    },
    digest: { summary: "report a day or a week of a stack", load: () => import("./cli/digest.ts") },
    postmortem: {
      summary: "begin the post-mortem of a rollout",
      load: () => import("./cli/postmortem.ts"),
    },
    incident: {
      summary: "print who is to hear what and when",
      load: () => import("./cli/incident.ts"),
    },
  };

const program = new Command("rollout")
  .description("Rolls out a new version of the application, and rehearses it on this machine.")
  .option("-s, --stack <name>", "the Pulumi stack: beta, prod")
  .option("--json", "print one JSON document and nothing else")
  .showHelpAfterError("(see rollout --help)")
  .configureHelp({ showGlobalOptions: true });

const asked = process.argv.slice(2).find((word) => Object.hasOwn(VERBS, word));
for (const [name, { summary, load }] of Object.entries(VERBS)) {
  if (name === asked) (await load()).register(program);
  else program.command(name).summary(summary);
}

await runCommand(program, process.argv);
