import { apply } from "./apply.ts";
import { down } from "./down.ts";
import { status } from "./status.ts";
import { up } from "./up.ts";
import { watch } from "./watch.ts";

export type { Down } from "./down.ts";
export type { Options, UpOptions } from "./options.ts";
export type { ServerStatus, Status, StoreStatus } from "./status.ts";

/** A stack on this machine, from its captured resources alone, with the real servers. */
export const rehearse = { up, apply, watch, status, down };

export { weights } from "./balancer/weights.ts";
