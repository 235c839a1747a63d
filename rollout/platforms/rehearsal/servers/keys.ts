import type { ServerRecord } from "../machine/state.ts";

/** Under which names a server's processes are in the state. */
export function keysOf({ id }: Pick<ServerRecord, "id">) {
  return { nginx: `${id}.nginx`, app: `${id}.app`, migrate: `${id}.migrate` };
}

/** Of the app's processes on a server; a worker has a number. */
export function processKey({ id }: Pick<ServerRecord, "id">, name: string, number?: number): string {
  return `${id}.${name}${number === undefined ? "" : `-${number}`}.process`;
}

/** Whether a key is one of the app's processes on a server. */
export function isProcessOf({ id }: Pick<ServerRecord, "id">, key: string): boolean {
  return key.startsWith(`${id}.`) && key.endsWith(".process");
}
