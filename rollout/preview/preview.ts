import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../errors.ts";
import { captureGraph } from "../graph/capture.ts";
import type { Graph } from "../graph/model.ts";
import { compare } from "./compare.ts";
import { engineSide, engineStack } from "./engine.ts";
import type { Preview, Problem, StackPreview } from "./model.ts";
import { stepsOf } from "./plan.ts";
import { specification } from "./replacement/specification.ts";
import { checkOut } from "./worktree.ts";

export interface PreviewOptions {
  /** The folder of Pulumi.yaml. */
  projectDir: string;
  /** A git revision, or a file that `rollout graph --json` wrote. */
  base: string;
  /** None: all stacks of the project. */
  stacks?: string[];
}

/**
 * What the working tree changes against a base, stack by stack. A stack that can't be compared is a problem of its own:
 * the others are compared.
 *
 * @throws {UserError} when nothing can be compared at all: no such revision, no project in it
 */
export async function preview({ projectDir, base, stacks = [] }: PreviewOptions): Promise<Preview> {
  const isFile = base.endsWith(".json") && existsSync(base);
  const asked =
    stacks.length > 0 ? [...new Set(stacks)] : isFile ? [graphIn(base).stack] : stacksOf(projectDir);
  if (asked.length === 0) throw new UserError("there are no stacks here (Pulumi.<stack>.yaml)");
  const worktree = isFile ? undefined : await checkOut(projectDir, base);
  try {
    const results = await Promise.all(
      asked.map((stack) =>
        stackPreview(stack, {
          before: () =>
            worktree
              ? captureGraph({ projectDir: worktree.projectDir, stack })
              : sameStack(graphIn(base), stack),
          after: () => captureGraph({ projectDir, stack }),
          steps: () => (worktree && stepsOf(worktree.projectDir, stack)) ?? stepsOf(projectDir, stack),
          where: worktree ? `at ${base}` : `in ${base}`,
          hide: worktree?.projectDir,
        }),
      ),
    );
    return {
      version: 1,
      base,
      verdicts: "graph",
      stacks: results.filter((each) => "changes" in each),
      problems: results.filter((each) => "message" in each),
    };
  } finally {
    await worktree?.remove();
  }
}

/**
 * The same with the engine's comparison of the state with the working tree in place of a base's capture.
 *
 * @param file what `pulumi preview --json` printed
 * @throws {UserError} when the file can't be read as that
 */
export async function enginePreview(projectDir: string, file: string): Promise<Preview> {
  const text = textOf(file);
  const stack = engineStack(text);
  const after = await captureGraph({ projectDir, stack });
  const side = engineSide(text, after);
  const stacks = [compare({ ...side, after, steps: stepsOf(projectDir, stack), today: today() })];
  return { version: 1, base: "the state", verdicts: "engine", stacks, problems: [] };
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new UserError(`--engine: ${(error as Error).message}`);
  }
}

interface Sides {
  before: () => Promise<Graph> | Graph;
  after: () => Promise<Graph>;
  steps: () => number[] | undefined;
  /** How the base is called in messages. */
  where: string;
  /** A folder that means nothing to the reader of a message. */
  hide?: string;
}

async function stackPreview(stack: string, sides: Sides): Promise<StackPreview | Problem> {
  const attempt = <T>(make: () => Promise<T> | T) =>
    Promise.resolve()
      .then(make)
      .catch((error: unknown) => messageOf(error, sides.hide));
  const [before, after] = await Promise.all([attempt(sides.before), attempt(sides.after)]);
  const problems = [
    ...(typeof before === "string" ? [`${sides.where}: ${before}`] : versionProblem(before, sides.where)),
    ...(typeof after === "string"
      ? [`in the working tree: ${after}`]
      : versionProblem(after, "in the working tree")),
  ];
  if (problems.length > 0 || typeof before === "string" || typeof after === "string") {
    return { stack, message: problems.join("\n") };
  }
  // Unpacking takes a while the first time: not before there is something to compare.
  if (JSON.stringify(before) !== JSON.stringify(after)) specification();
  return compare({ before, after, steps: sides.steps(), today: today() });
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
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new UserError(`--base: ${file} is no graph (${(error as Error).message})`);
  }
}

function sameStack(graph: Graph, stack: string): Graph {
  if (graph.stack === stack || graph.version !== 1) return graph;
  throw new UserError(`the graph is of the stack ${graph.stack}`);
}

/** A message for the user as it is; of a program's own failure its first lines, which say where. */
function messageOf(error: unknown, hide = "\0"): string {
  const text =
    error instanceof UserError || !(error instanceof Error)
      ? String((error as Error).message ?? error)
      : (error.stack ?? error.message);
  return text.split("\n").slice(0, 6).join("\n").replaceAll(`file://${hide}/`, "").replaceAll(`${hide}/`, "");
}

function stacksOf(projectDir: string): string[] {
  return readdirSync(projectDir)
    .flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? [])
    .filter((stack) => existsSync(join(projectDir, `Pulumi.${stack}.yaml`)))
    .toSorted();
}
