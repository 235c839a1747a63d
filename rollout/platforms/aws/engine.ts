import { delimiter, join } from "node:path";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import type { Clock } from "../../clock.ts";
import { unbroken } from "../../unbroken.ts";
import type { Deployment } from "./deployment.ts";
import { apart } from "./pulumi/apart.ts";
import { pulumiCommand } from "./pulumi/command.ts";
import { whenFree } from "./pulumi/lock.ts";

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
  /**
   * Whether a lock that a dead process of this machine left is to be taken away. Asked while it is waited for; by default
   * nobody is.
   *
   * @param signal the question has become idle
   */
  offer?: Offer | undefined;
}

export type Offer = (question: string, signal: AbortSignal) => Promise<boolean>;

/** How long another update may hold the stack. */
const PATIENCE_MS = 10 * 60_000;
/** How long an update may take: a new track's servers boot in it. */
const UP_WITHIN_MS = 40 * 60_000;

const ENDING =
  "\nPulumi is told to end, and waited for: cut off it would leave its lock, and an update half done. The same once more: at once.\n";

/** Pulumi's Automation API on this project. Asked to end, this process waits until Pulumi's update has ended. */
export function automation({ projectDir, stack, clock, onOutput, offer }: EngineOptions): Engine & Removal {
  let insisted: AbortSignal | undefined;
  let opening: Promise<Stack> | undefined;
  const open = () => (opening ??= openStack(projectDir, stack, () => insisted));
  const common = { color: "never", onOutput, suppressOutputs: true } as const;
  const updating = (update: (signal: AbortSignal) => Promise<unknown>) =>
    unbroken((ending) => {
      insisted = ending.insisted;
      ending.asked.addEventListener("abort", () => onOutput?.(ENDING));
      return update(ending.asked);
    });
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
      const opened = await open();
      await updating((signal) => opened.destroy({ message, signal, ...common }));
    },
    async up(targets, message, { refresh = false } = {}) {
      if (targets.length === 0) throw new Error("an `up` without targets would be one of the whole stack");
      const opened = await open();
      const update = () =>
        updating((asked) => {
          const signal = AbortSignal.any([AbortSignal.timeout(UP_WITHIN_MS), asked]);
          return opened.up({ target: [...targets], message, refresh, signal, ...common });
        });
      await whenFree(update, {
        stack,
        clock,
        withinMs: PATIENCE_MS,
        say: (line) => onOutput?.(`${line}\n`),
        takeAway: async (question, signal) => {
          if (await offer?.(question, signal)) await opened.cancel();
        },
      });
    },
  };
}

async function openStack(
  workDir: string,
  name: string,
  insisted: () => AbortSignal | undefined,
): Promise<Stack> {
  const { LocalWorkspace, Stack } = await import("@pulumi/pulumi/automation/index.js");
  const workspace = await LocalWorkspace.create({
    workDir,
    pulumiCommand: apart(await pulumiCommand(), insisted),
    // Pulumi runs the program with the `node` it finds first, which is to be the project's.
    envVars: { PATH: [join(workDir, "node_modules/.bin"), process.env.PATH].join(delimiter) },
  });
  // Every command names its stack. To select it would change what the user's next `pulumi up` means.
  workspace.selectStack = async () => {};
  return Stack.select(name, workspace);
}
