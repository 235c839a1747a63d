/** A workflow or composite action, as far as the checks look into it. */
export interface Workflow {
  on?: Record<string, unknown>;
  permissions?: unknown;
  concurrency?: Concurrency;
  jobs: Record<string, Job>;
}

export interface Job {
  permissions?: Record<string, string>;
  concurrency?: Concurrency;
  environment?: string | { name: string; deployment?: boolean };
  env?: Record<string, string>;
  "timeout-minutes"?: number;
  steps: Step[];
}

export interface Step {
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
  env?: Record<string, string>;
}

interface Concurrency {
  group: string;
  "cancel-in-progress"?: boolean;
}

/** What GitHub may execute besides our own: each pinned, and as few as will do. */
const ACTIONS = [
  "actions/checkout",
  "actions/setup-node",
  "actions/upload-artifact",
  "aws-actions/configure-aws-credentials",
];

/** What is wrong with a workflow: what a linter can't know, because it is our rule. */
export function faults(workflow: Workflow, text: string): string[] {
  return [
    ...(JSON.stringify(workflow.permissions) === "{}" ? [] : ["permissions at the top must be {}"]),
    ...(workflow.on && "pull_request_target" in workflow.on ? ["pull_request_target runs with secrets"] : []),
    ...unpinned(text),
    ...Object.entries(workflow.jobs).flatMap(([name, job]) =>
      jobFaults(workflow, job).map((fault) => `${name}: ${fault}`),
    ),
  ];
}

function jobFaults(workflow: Workflow, job: Job): string[] {
  const { permissions } = job;
  return [
    ...(permissions ? [] : ["says no permissions"]),
    ...(job["timeout-minutes"] ? [] : ["has no timeout"]),
    ...job.steps.flatMap(stepFaults),
    ...(Object.values(job.env ?? {}).some((value) => /\$\{\{ *(secrets|github\.token)/.test(value))
      ? ["gives a secret to every step, and to each action that it uses"]
      : []),
    ...(permissions?.["id-token"] && !job.environment ? ["takes a role in AWS without an environment"] : []),
    ...(changesAStack(job) ? overlaps(workflow, job) : []),
    ...(workflow.on &&
    "pull_request" in workflow.on &&
    permissions &&
    Object.values(permissions).includes("write")
      ? ["may write while it runs a pull request's code"]
      : []),
  ];
}

function stepFaults({ uses = "", run = "", with: inputs = {} }: Step): string[] {
  return [
    ...(run.includes("${{") ? ["an expression in a script: whoever chooses the value runs commands"] : []),
    ...(uses.startsWith("actions/checkout@") && inputs["persist-credentials"] !== false
      ? ["checkout leaves the token to every later step"]
      : []),
  ];
}

/** `uses: owner/name@<40 hex digits> # v1.2.3` in every line; our own by path. */
export function unpinned(text: string): string[] {
  return text
    .split("\n")
    .filter((line) => /^\s*(- )?uses:/.test(line))
    .map((line) => line.replace(/^\s*(- )?uses:\s*/, ""))
    .filter((use) => !/^\.\/\.github\/actions\/[a-z]+$/.test(use))
    .flatMap((use) => {
      const [, action] = /^([^@\s]+)@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.exec(use) ?? [];
      if (!action) return [`${use} isn't pinned by a commit with its version behind it`];
      return ACTIONS.includes(action) ? [] : [`${action} isn't one of the actions that we use`];
    });
}

function changesAStack(job: Job): boolean {
  return job.steps.some(({ run = "" }) => /pulumi (up|destroy)|roll-out/.test(run));
}

/** Two updates of a stack must never overlap, and one must never be cut off. */
function overlaps(workflow: Workflow, job: Job): string[] {
  const all = [workflow.concurrency, job.concurrency].filter((each) => each !== undefined);
  return all.some(
    ({ group, "cancel-in-progress": cancel }) =>
      /^stack-(\$\{\{ (matrix|inputs)\.stack \}\}|[a-z]+)$/.test(group) && cancel === false,
  )
    ? []
    : ["changes a stack outside of its concurrency group, or can be cancelled in it"];
}
