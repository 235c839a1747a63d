import { delimiter, join } from "node:path";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import type { Clock } from "../../clock.ts";
import { waitFor } from "../../waiting.ts";
import type { Deployment } from "./deployment.ts";
import { pulumiCommand } from "./pulumi-command.ts";

/** What a rollout needs of Pulumi's engine. */
export interface Engine {
  /** The stack's state. */
  deployment(): Promise<Deployment>;
  /**
   * `pulumi up` of these resources and no others. Waits for another update of the stack to end.
   *
   * @param options.refresh first look at what they really are
   */
  up(targets: readonly string[], message: string, options?: { refresh?: boolean }): Promise<void>;
}

/** What only a teardown asks for. */
export interface Removal {
  /** Puts another state in the place of the stack's own. */
  replaceState(deployment: Deployment): Promise<void>;
  /** `pulumi destroy`. */
  destroy(message: string): Promise<void>;
}

export interface EngineOptions {
  projectDir: string;
  stack: string;
  clock: Clock;
  /** What Pulumi prints. */
  onOutput?: (text: string) => void;
}

/** How long another update may hold the stack. */
const PATIENCE_MS = 10 * 60_000;
/** How long an update may take: a new track's servers boot in it. */
const UP_WITHIN_MS = 40 * 60_000;

/** Pulumi's Automation API on this project. */
export function automation({ projectDir, stack, clock, onOutput }: EngineOptions): Engine & Removal {
  let opening: Promise<Stack> | undefined;
  const open = () => (opening ??= openStack(projectDir, stack));
  return {
    async deployment() {
      const { deployment } = await (await open()).exportStack();
      return deployment ?? {};
    },
    async replaceState(deployment) {
      const opened = await open();
      const stored = await opened.exportStack();
      await opened.importStack({ ...stored, deployment });
    },
    async destroy(message) {
      await (await open()).destroy({ message, color: "never", onOutput, suppressOutputs: true });
    },
    async up(targets, message, { refresh = false } = {}) {
      if (targets.length === 0) throw new Error("an `up` without targets would be one of the whole stack");
      const opened = await open();
      await waitFor(
        `another update of ${stack} to end`,
        { clock, everyMs: 5_000, withinMs: PATIENCE_MS },
        () =>
          unlessBusy(() =>
            opened.up({
              target: [...targets],
              message,
              refresh,
              signal: AbortSignal.timeout(UP_WITHIN_MS),
              color: "never",
              onOutput,
              suppressOutputs: true,
            }),
          ),
      );
    },
  };
}

async function openStack(workDir: string, name: string): Promise<Stack> {
  const { LocalWorkspace, Stack } = await import("@pulumi/pulumi/automation/index.js");
  const workspace = await LocalWorkspace.create({
    workDir,
    pulumiCommand: await pulumiCommand(),
    // Pulumi runs the program with the `node` it finds first, which is to be the project's.
    envVars: { PATH: [join(workDir, "node_modules/.bin"), process.env.PATH].join(delimiter) },
  });
  // Every command names its stack. To select it would change what the user's next `pulumi up` means.
  workspace.selectStack = async () => {};
  return Stack.select(name, workspace);
}

async function unlessBusy(update: () => Promise<unknown>): Promise<boolean> {
  const { ConcurrentUpdateError } = await import("@pulumi/pulumi/automation/index.js");
  try {
    await update();
    return true;
  } catch (error) {
    if (error instanceof ConcurrentUpdateError) return false;
    throw error;
  }
}
