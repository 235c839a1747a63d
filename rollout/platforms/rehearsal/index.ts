import { apply } from "./verbs/apply.ts";
import { down } from "./verbs/down.ts";
import { status } from "./verbs/status.ts";
import { up } from "./verbs/up.ts";
import { watch } from "./verbs/watch.ts";

export type { Down, DownOptions } from "./verbs/down.ts";
export type { Options, UpOptions } from "./verbs/options.ts";
export type { ServerStatus, Status, StoreStatus } from "./verbs/status.ts";
export type { ProcessStatus } from "./verbs/status-processes.ts";

/** A stack on this machine, from its captured resources alone, with the real servers. */
export const rehearse = { up, apply, watch, status, down };

export { weights } from "./verbs/weights.ts";
