import { upTo } from "../../../infra/sure.ts";
import { list, type Shown } from "../shown.ts";
import { brief } from "../text.ts";

type Inputs = { [key: string]: Shown };
type Effect = (old: Inputs, now: Inputs) => string | undefined;

/**
 * What AWS does with a change that it makes in place: when, and whether what it is made to is away meanwhile.
 *
 * Source: Amazon RDS API Reference, ModifyDBInstance; Amazon ElastiCache API Reference, ModifyReplicationGroup
 * (ApplyImmediately), and User Guide, "Scaling replica nodes" ("minimal downtime").
 */
const EFFECTS: Record<string, Record<string, Effect>> = {
  "aws:rds/instance:Instance": {
    instanceClass: (_, now) => `${when(now)}, with an outage of some minutes`,
    engineVersion: (_, now) => `${when(now)}, with an outage`,
    multiAz: (_, now) => `${when(now)}, without an outage`,
    allocatedStorage: grown,
    storageType: () => "may take a day, slower and without snapshots meanwhile",
    password: () => "at once",
  },
  "aws:rds/parameterGroup:ParameterGroup": {
    parameters: (old, now) => {
      const waiting = changed(old.parameters, now.parameters).some(isPending);
      return waiting ? "the database reads it when it next restarts" : undefined;
    },
  },
  "aws:elasticache/replicationGroup:ReplicationGroup": {
    nodeType: (_, now) => `${when(now)}, with a break of seconds`,
    engineVersion: (_, now) => `${when(now)}, with a break of seconds`,
  },
};

/** What AWS does with a change of a property beside making it; undefined when there is nothing to say. */
export function effectOf(type: string, path: string, old: Inputs, now: Inputs): string | undefined {
  return EFFECTS[type]?.[upTo(path, /[.[]/)]?.(old, now);
}

function when({ applyImmediately, maintenanceWindow }: Inputs): string {
  return applyImmediately === true ? "at once" : `in the maintenance window (${brief(maintenanceWindow)})`;
}

/** AllocatedStorage: less than a tenth more is rounded up to that. Then six hours pass before it can be changed again. */
function grown(old: Inputs, now: Inputs): string | undefined {
  const [was, is] = [Number(old.allocatedStorage), Number(now.allocatedStorage)];
  if (!(is > was)) return undefined;
  const least = Math.ceil(was * 1.1);
  const made = is < least ? `, and AWS makes it ${least} GiB` : "";
  return `at once, without an outage, and not again for six hours${made}`;
}

function changed(old: Shown | undefined, now: Shown | undefined): Shown[] {
  const there = new Set(list(old).map((each) => JSON.stringify(each)));
  return list(now).filter((each) => !there.has(JSON.stringify(each)));
}

function isPending(parameter: Shown): boolean {
  return typeof parameter === "object" && JSON.stringify(parameter).includes('"pending-reboot"');
}
