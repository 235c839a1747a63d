import type { ServerRecord } from "../machine/state.ts";

/** Under which names a server's processes are in the state. */
export function keysOf({ id }: Pick<ServerRecord, "id">) {
  return { nginx: `${id}.nginx`, app: `${id}.app`, migrate: `${id}.migrate` };
}
