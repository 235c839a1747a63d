import { existsSync, readFileSync } from "node:fs";
import { stackSettings } from "../config/settings.ts";
import { UserError } from "../errors.ts";
import { captureGraph } from "../graph/capture.ts";
import type { Graph } from "../graph/model.ts";
import { stacksOf } from "../graph/stacks.ts";
import { compare } from "./compare.ts";
import { rolloutCosts } from "./cost/rollout.ts";
import { migrationDangers } from "./dangers/migrations.ts";
import { attempt, Failure, messageOf, redactorOf } from "./failure.ts";
import type { Danger, Preview, Problem, StackPreview } from "./model.ts";
import { specification } from "./replacement/specification.ts";
import { lockNote } from "./revision/packages.ts";
import { checkOut } from "./revision/worktree.ts";

export interface PreviewOptions {
  /** The folder of Pulumi.yaml. */
  projectDir: string;
  /** A git revision, or a file that `rollout graph --json` wrote. */
  base: string;
  /** None: all stacks of the project. */
  stacks?: string[];
  /** Install the packages that the base locks, in place of using the working tree's. */
  install?: boolean;
}

/**
 * What the working tree changes against a base, stack by stack. A stack that can't be compared is a problem of its own:
 * the others are compared.
 *
 * @throws {UserError} when nothing can be compared at all: no such revision, no project in it
 */
export async function preview({ projectDir, base, stacks = [], install }: PreviewOptions): Promise<Preview> {
  const isFile = base.endsWith(".json") && existsSync(base);
  const asked =
    stacks.length > 0 ? [...new Set(stacks)] : isFile ? [graphIn(base).stack] : stacksOf(projectDir);
  if (asked.length === 0) throw new UserError("there are no stacks here (Pulumi.<stack>.yaml)");
  const worktree = isFile ? undefined : await checkOut(projectDir, base, { install });
  try {
    const results = await Promise.all(
      asked.map((stack) =>
        stackPreview(stack, {
          before: () => {
            if (!worktree) return sameStack(graphIn(base), stack);
            // Its config came with the change: all of it is new.
            if (isAdded(stack, projectDir, worktree.projectDir)) return undefined;
            return captureGraph({ projectDir: worktree.projectDir, stack });
          },
          after: () => captureGraph({ projectDir, stack }),
          where: worktree ? `at ${base}` : `in ${base}`,
          hide: worktree?.projectDir,
        }),
      ),
    );
    const migrations = worktree
      ? await migrationDangers(projectDir, worktree.projectDir, declaredIn(projectDir, asked))
      : undefined;
    return {
      version: 1,
      base,
      verdicts: "graph",
      // Each stack's database gets them.
      stacks: results
        .filter((each) => "changes" in each)
        .map((each) => ({
          ...each,
          dangers: worstFirst([...each.dangers, ...(migrations?.dangers ?? [])]),
          cost: { ...each.cost, ...rolloutCosts(each.stack, projectDir, worktree?.projectDir) },
        })),
      problems: results.filter((each) => "message" in each),
      notes: [
        ...(migrations?.notes ?? []),
        ...(worktree && stacks.length === 0 ? removedNotes(projectDir, worktree.projectDir) : []),
        ...(worktree?.borrowed ? lockNote(worktree.projectDir, projectDir) : []),
      ],
    };
  } finally {
    await worktree?.remove();
  }
}

/** A stack whose config is wrong says so where it is compared. */
function declaredIn(projectDir: string, stacks: readonly string[]): string[] {
  return stacks.flatMap((stack) => {
    try {
      return stackSettings(projectDir, stack).plan.migration.folders;
    } catch {
      return [];
    }
  });
}

function worstFirst(dangers: Danger[]): Danger[] {
  const isCritical = ({ severity }: Danger) => Number(severity === "critical");
  return dangers.toSorted((a, b) => isCritical(b) - isCritical(a));
}

/** The day in UTC, `2026-12-31`. */
export function today(): string {
  return new Date().toISOString().slice(0, 10);
}

interface Sides {
  /** Undefined: there is no such stack yet. */
  before: () => Promise<Graph> | Graph | undefined;
  after: () => Promise<Graph>;
  /** How the base is called in messages. */
  where: string;
  /** A folder that means nothing to the reader of a message. */
  hide?: string;
}

async function stackPreview(stack: string, sides: Sides): Promise<StackPreview | Problem> {
  const [found, after] = await Promise.all([attempt(sides.before), attempt(sides.after)]);
  const before = found ?? (after instanceof Failure ? NO_GRAPH : { ...after, resources: [], outputs: {} });
  const problems = [
    ...problemsOf(before, sides.where, sides.hide, after),
    ...problemsOf(after, "in the working tree", sides.hide, before),
  ];
  if (problems.length > 0 || before instanceof Failure || after instanceof Failure) {
    return { stack, message: problems.join("\n") };
  }
  // Unpacking takes a while the first time: not before there is something to compare.
  if (JSON.stringify(before) !== JSON.stringify(after)) specification();
  return compare({ before, after, today: today() });
}

/** Of a stack that isn't there, when nobody knows what it will be. */
const NO_GRAPH: Graph = { version: 1, project: "", stack: "", resources: [], outputs: {} };

/** A stack whose config goes isn't taken down by that. */
function removedNotes(projectDir: string, base: string): string[] {
  const there = stacksOf(projectDir);
  return stacksOf(base)
    .filter((stack) => !there.includes(stack))
    .map(
      (stack) =>
        `Pulumi.${stack}.yaml is gone: what the stack ${stack} runs stays, and costs. \`rollout teardown --stack ${stack}\` takes it down, from a revision that has the file.`,
    );
}

function isAdded(stack: string, projectDir: string, base: string): boolean {
  return stacksOf(projectDir).includes(stack) && !stacksOf(base).includes(stack);
}

/** What keeps a side from being compared; a message may quote a value, of which the other side knows that it is secret. */
function problemsOf(side: Graph | Failure, where: string, hide: string | undefined, other: Graph | Failure) {
  if (!(side instanceof Failure)) return versionProblem(side, where);
  return [`${where}: ${messageOf(side, redactorOf(other), hide)}`];
}

function versionProblem(graph: Graph, where: string): string[] {
  const { version } = graph as { version?: number };
  if (version === 1 && Array.isArray(graph.resources)) return [];
  return [
    `${where}: a graph of version ${version ?? "unknown"}, and this rollout reads version 1; capture it again with this one: rollout graph --json`,
  ];
}

function graphIn(file: string): Graph {
  try {
    const graph = JSON.parse(readFileSync(file, "utf8"));
    if (typeof graph?.stack === "string") return graph;
    throw new Error("it names no stack");
  } catch (error) {
    const hint = "rollout graph --stack NAME --json prints one";
    throw new UserError(`--base: ${file} is no graph (${(error as Error).message}); ${hint}`);
  }
}

function sameStack(graph: Graph, stack: string): Graph {
  if (graph.stack === stack || graph.version !== 1) return graph;
  throw new UserError(`the graph is of the stack ${graph.stack}`);
}
