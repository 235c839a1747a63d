import resource from "@pulumi/pulumi/resource.js";
import debuggable from "@pulumi/pulumi/runtime/debuggable.js";
import * as settings from "@pulumi/pulumi/runtime/settings.js";
import * as state from "@pulumi/pulumi/runtime/state.js";

// Parts of Pulumi's runtime that its type declarations leave out (`@internal`). All of them are named here, so that a
// new version of it that moves one is noticed in one place.

/** Runs a function with a store of its own for config, stack and monitor; async code that it starts stays in it. */
export const { withLocalStorage } = state as unknown as {
  withLocalStorage<T>(callback: () => Promise<T>): Promise<T>;
};

/** Resolves when every request to the engine has been answered, also those made meanwhile. */
export const { waitForRPCs } = settings as unknown as { waitForRPCs(): Promise<void> };

/** The engine as the program sees it. */
export const { getMonitor } = settings as unknown as { getMonitor(): object };

/** Says which folder is the project's: `pulumi.getRootDirectory()`, which the engine says to a program that it starts. */
export function setRootDirectory(folder: string): void {
  const { getStore } = state as unknown as {
    getStore(): { settings: { options: { rootDirectory?: string } } };
  };
  getStore().settings.options.rootDirectory = folder;
}

/**
 * Accepts the hooks that a program registers and runs none, because nothing is created. With the engine, Pulumi would
 * start a server for them.
 */
export function withoutHooks(): void {
  const { getStore } = state as unknown as { getStore(): { callbacks?: object } };
  const none = async () => {};
  getStore().callbacks = { registerResourceHook: none, awaitStackRegistrations: none, shutdown() {} };
}

/**
 * Leaves out the call stacks that Pulumi takes of every promise and every resource, for its leak report and for the
 * engine's messages: a quarter of a capture's time. For a process that captures one program and ends.
 */
export function withoutCallStacks(): void {
  Object.assign(debuggable, { debuggablePromise: (promise: unknown) => promise });
  Object.assign(resource.Resource, { stackTrace: () => [] });
}
