import { AutoScalingClient, type Instance } from "@aws-sdk/client-auto-scaling";
import { clientSettings } from "../../../infra/aws-client.ts";
import type { Clock } from "../../clock.ts";
import type { ServerGroup } from "../../platforms/aws/deployment.ts";
import { runOn } from "../../platforms/aws/run-command.ts";
import { describeGroup } from "../../platforms/aws/servers.ts";
import { APP, type AppProcess, byPlace } from "../visited.ts";

export interface Fleet {
  region: string;
  clock: Clock;
  /** By track. */
  groups: Readonly<Record<string, ServerGroup>>;
}

/**
 * Prints a line for each container of the app: its name, what it does, since when, and its version. The environment that
 * the version is read from stays on the server.
 */
export const LIST = `set -euo pipefail
docker ps --all --filter name=^rollout- --format '{{.Names}}' | while read -r name; do
  version=$(docker inspect --format '{{range .Config.Env}}{{println .}}{{end}}' "$name" | sed -n 's/^VERSION=//p')
  docker inspect --format "{{.Name}} {{.State.Status}} {{.State.StartedAt}} \${version:-unknown}" "$name"
done
`;

const WITHIN_SECONDS = 30;

/** What every server of the groups says that it runs. One that isn't in service, or doesn't answer, is listed as that. */
export async function processesOn({ region, clock, groups }: Fleet): Promise<AppProcess[]> {
  const client = new AutoScalingClient(clientSettings(region));
  const of = async (track: string, { name }: ServerGroup) => {
    const { Instances = [] } = await describeGroup(client, name);
    return Promise.all(Instances.map((instance) => onServer(track, instance, { region, clock })));
  };
  const all = await Promise.all(Object.entries(groups).map(([track, group]) => of(track, group)));
  return all.flat(2).toSorted(byPlace);
}

async function onServer(
  track: string,
  { InstanceId: server = "", LifecycleState }: Instance,
  { region, clock }: Pick<Fleet, "region" | "clock">,
): Promise<AppProcess[]> {
  const untold = (state: string): AppProcess[] => [
    { process: APP, track, server, version: undefined, state, since: undefined },
  ];
  if (LifecycleState !== "InService") return untold(`server ${LifecycleState}`);
  try {
    const options = { region, clock, comment: "rollout ps", withinSeconds: WITHIN_SECONDS, everyMs: 1_000 };
    const { code, stdout, stderr, status } = await runOn(server, LIST, options);
    if (code !== 0) return untold(`unknown (${stderr.trim().split("\n").at(-1) || status})`);
    const listed = listedIn(stdout).map((each) => ({ ...each, track, server }));
    return listed.length > 0 ? listed : untold("no container");
  } catch (error) {
    const { name, message } = error as Error;
    const why = name === "InvalidInstanceId" ? "Systems Manager doesn't reach it" : message || name;
    return untold(`unknown (${why})`);
  }
}

/** Of lines `/rollout-app running 2026-11-29T17:00:00.123456789Z 0123456789ab`. */
export function listedIn(stdout: string): Pick<AppProcess, "process" | "version" | "state" | "since">[] {
  return stdout.split("\n").flatMap((line) => {
    const [, process = "", state = "", started = "", version = ""] =
      /^\/?rollout-([\w-]+) (\S+) (\S+) (\S+)$/.exec(line) ?? [];
    if (process === "") return [];
    const since = Date.parse(started.replace(/(\.\d{3})\d+/, "$1"));
    return [
      {
        process,
        state,
        since: state === "running" && since > 0 ? since : undefined,
        version: version === "unknown" ? undefined : version,
      },
    ];
  });
}
