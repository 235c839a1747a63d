import type { Graph } from "../../rollout/graph/model.ts";
import { ofType } from "../../rollout/graph/resources.ts";
import { alarmHistory } from "./alarm-history.ts";
import { type Answering, json, unlessRefused, xml } from "./front.ts";
import { metricData } from "./metric-data.ts";
import { quotas } from "./quotas.ts";
import { holdToOneRefresh } from "./rules/servers.ts";
import { holdToLock, type Lock } from "./rules/vault-lock.ts";
import { vault } from "./vault.ts";

// What moto's server doesn't have of that which a rollout asks, answered in the shape of AWS's API references:
// - AWS Backup's jobs (it has vaults and plans only)
// - EC2 Auto Scaling's instance refreshes
// - CloudWatch's percentiles, see metric-data.ts
// - what people's commands ask besides: see vault.ts, alarm-history.ts, quotas.ts and flags.ts
// Everything else is moto's.

/** Jobs and refreshes are seen to run before they are seen to have ended. */
export function lacking(graph: Graph): Answering[] {
  const [lock] = ofType(graph, "aws:backup/vaultLockConfiguration:VaultLockConfiguration");
  return [
    backupJobs(lock?.inputs as Lock | undefined),
    vault,
    instanceRefreshes(),
    metricData(),
    alarmHistory(),
    quotas,
  ];
}

/** Developer Guide, StartBackupJob: the same token is the same job. A lock is asked when the job runs. */
function backupJobs(lock: Lock | undefined): Answering {
  const jobs = new Map<string, { asked: number; why?: string }>();
  return ({ name, body }) => {
    if (name === "PUT /backup-jobs") {
      const { IdempotencyToken: id, Lifecycle } = JSON.parse(body);
      if (!jobs.has(id)) jobs.set(id, { asked: 0, ...whyNot(() => holdToLock(lock, Lifecycle)) });
      return json({ BackupJobId: id });
    }
    if (name !== "GET /backup-jobs/ID") return undefined;
    const id = body.split("/").at(-1)!;
    const job = jobs.get(id);
    if (!job) return { ...json({ Code: "ERROR_2201", Message: "no such job" }), status: 400 };
    if (job.why) return json({ BackupJobId: id, State: "FAILED", StatusMessage: job.why });
    return json({ BackupJobId: id, State: job.asked++ === 0 ? "RUNNING" : "COMPLETED" });
  };
}

function whyNot(hold: () => void): { why?: string } {
  try {
    hold();
    return {};
  } catch (error) {
    return { why: (error as Error).message };
  }
}

/** API Reference, StartInstanceRefresh and DescribeInstanceRefreshes: the newest first. */
function instanceRefreshes(): Answering {
  const refreshes: { id: string; group: string; asked: number }[] = [];
  const statusOf = ({ asked }: { asked: number }) => (asked < 3 ? "InProgress" : "Successful");
  return (call) => {
    const { name, body } = call;
    const group = new URLSearchParams(body).get("AutoScalingGroupName")!;
    const own = refreshes.filter((each) => each.group === group);
    if (name === "StartInstanceRefresh") {
      return unlessRefused(call, () => {
        holdToOneRefresh(own.map(statusOf));
        const id = `refresh-${refreshes.length + 1}`;
        refreshes.unshift({ id, group, asked: 0 });
        return xml(name, `<InstanceRefreshId>${id}</InstanceRefreshId>`);
      });
    }
    if (name !== "DescribeInstanceRefreshes") return undefined;
    const members = own.map((each) => {
      const status = statusOf(each);
      each.asked += 1;
      return `<member><InstanceRefreshId>${each.id}</InstanceRefreshId><Status>${status}</Status></member>`;
    });
    return xml(name, `<InstanceRefreshes>${members.join("")}</InstanceRefreshes>`);
  };
}
