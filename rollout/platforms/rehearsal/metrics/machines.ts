import { ofType, referred } from "../../../graph/resources.ts";
import { textOf } from "../../../graph/text.ts";
import { TYPES } from "../../../graph/types.ts";
import type { ServerRecord } from "../machine/state.ts";
import { databaseIn } from "../plan/database-in.ts";
import type { Room } from "../room.ts";
import { keysOf } from "../servers/keys.ts";
import { processorsOf } from "./allowance.ts";

export const DATABASE = "database";

export interface Machine {
  /** Process numbers; all that they started counts as well. */
  leaders: number[];
  processors: number;
}

/**
 * What plays a machine of its own: each server, by its id, and the database.
 *
 * @param guests process numbers that count as a server's own, by its id
 */
export function machinesOf(
  { graph, ledger }: Pick<Room, "graph" | "ledger">,
  guests: Map<string, number[]>,
): Record<string, Machine> {
  const { processes, servers } = ledger.state;
  const pids = (...keys: string[]) => keys.flatMap((key) => processes[key]?.pid ?? []);
  const template = serverType(graph);
  const database = databaseIn(graph);
  return {
    ...Object.fromEntries(
      servers.map((server: ServerRecord) => {
        const { nginx, app } = keysOf(server);
        const leaders = [...pids(nginx, app), ...(guests.get(server.id) ?? [])];
        return [server.id, { leaders, processors: processorsOf(template) }];
      }),
    ),
    [DATABASE]: {
      leaders: pids("postgres"),
      processors: processorsOf(String(database.inputs.instanceClass)),
    },
  };
}

/** All tracks have servers of one type. */
function serverType(graph: Room["graph"]): string {
  const [group] = ofType(graph, TYPES.autoscalingGroup);
  const template = group && referred(graph, group.inputs.launchTemplate, TYPES.launchTemplate);
  return textOf(template?.inputs.instanceType ?? "t3.medium", () => "");
}
