import type { Answer, Answering, Call } from "./front.ts";

// What moto's server doesn't have of that which a rollout asks, answered in the shape of AWS's API references:
// - AWS Backup's jobs (it has vaults and plans only)
// - EC2 Auto Scaling's instance refreshes
// - CloudWatch's composite alarms, of which it always says that there are none
// - CloudWatch's percentile rank `PR(:x)`, for which it answers 500
// Everything else is moto's.

/** Jobs and refreshes are seen to run before they are seen to have ended. */
export function lacking(): Answering[] {
  return [backupJobs(), instanceRefreshes(), compositeAlarms, percentileRanks()];
}

/** Developer Guide, StartBackupJob: the same token is the same job. */
function backupJobs(): Answering {
  const jobs = new Map<string, { asked: number }>();
  return ({ name, body }) => {
    if (name === "PUT /backup-jobs") {
      const { IdempotencyToken: id } = JSON.parse(body);
      if (!jobs.has(id)) jobs.set(id, { asked: 0 });
      return json({ BackupJobId: id });
    }
    if (name !== "GET /backup-jobs/ID") return undefined;
    const id = body.split("/").at(-1)!;
    const job = jobs.get(id);
    if (!job) return { ...json({ Code: "ERROR_2201", Message: "no such job" }), status: 400 };
    return json({ BackupJobId: id, State: job.asked++ === 0 ? "RUNNING" : "COMPLETED" });
  };
}

/** API Reference, StartInstanceRefresh and DescribeInstanceRefreshes: the newest first. */
function instanceRefreshes(): Answering {
  const refreshes: { id: string; group: string; asked: number }[] = [];
  return ({ name, body }) => {
    const group = new URLSearchParams(body).get("AutoScalingGroupName")!;
    if (name === "StartInstanceRefresh") {
      const id = `refresh-${refreshes.length + 1}`;
      refreshes.unshift({ id, group, asked: 0 });
      return xml(name, `<InstanceRefreshId>${id}</InstanceRefreshId>`);
    }
    if (name !== "DescribeInstanceRefreshes") return undefined;
    const members = refreshes
      .filter((each) => each.group === group)
      .map((each) => {
        const status = each.asked++ < 3 ? "InProgress" : "Successful";
        return `<member><InstanceRefreshId>${each.id}</InstanceRefreshId><Status>${status}</Status></member>`;
      });
    return xml(name, `<InstanceRefreshes>${members.join("")}</InstanceRefreshes>`);
  };
}

/** API Reference, DescribeAlarms: none of the stack's rings. */
function compositeAlarms({ name, body }: Call): Answer | undefined {
  if (name !== "DescribeAlarms") return undefined;
  const { AlarmTypes = [], AlarmNames = [] } = JSON.parse(body);
  if (!AlarmTypes.includes("CompositeAlarm")) return undefined;
  return json({
    CompositeAlarms: AlarmNames.map((AlarmName: string) => ({ AlarmName, StateValue: "OK" })),
    MetricAlarms: [],
  });
}

interface Query {
  Id: string;
  MetricStat?: { Metric: Metric; Period: number; Stat: string };
}

interface Metric {
  MetricName: string;
  Dimensions: { Name: string; Value: string }[];
}

interface Datum extends Metric {
  Timestamp: number;
  Values?: number[];
  Counts?: number[];
}

/**
 * User Guide, "Statistics definitions": the share of values up to the limit, in percent. The values are those that were
 * put; the queries of other statistics in the same call are moto's, which gets them without these.
 */
function percentileRanks(): Answering {
  const data: Datum[] = [];
  return async (call, behind) => {
    if (call.name === "PutMetricData") data.push(...JSON.parse(call.body).MetricData);
    if (call.name !== "GetMetricData") return undefined;
    const { MetricDataQueries, ...asked } = JSON.parse(call.body);
    const [ranks, others] = parted(MetricDataQueries as Query[], isRank);
    const known = ranks.map((each) => rankOf(each, data, asked.StartTime, asked.EndTime));
    if (others.length === 0) return json({ MetricDataResults: known });
    const answer = await behind(JSON.stringify({ ...asked, MetricDataQueries: others }));
    return json({ MetricDataResults: [...JSON.parse(answer).MetricDataResults, ...known] });
  };
}

function isRank({ MetricStat }: Query): boolean {
  return MetricStat?.Stat.startsWith("PR(") ?? false;
}

function parted<Each>(all: Each[], is: (each: Each) => boolean): [Each[], Each[]] {
  return [all.filter(is), all.filter((each) => !is(each))];
}

function rankOf({ Id, MetricStat }: Query, data: Datum[], start: number, end: number) {
  const { Metric, Period, Stat } = MetricStat!;
  const limit = Number(/^PR\(:(.+)\)$/.exec(Stat)![1]);
  const counts = new Map<number, { all: number; within: number }>();
  for (const { Timestamp, Values = [], Counts = [], ...metric } of data) {
    if (Timestamp < start || Timestamp >= end || !isSame(metric, Metric)) continue;
    const period = Timestamp - (Timestamp % Period);
    const count = counts.get(period) ?? { all: 0, within: 0 };
    for (const [index, value] of Values.entries()) {
      count.all += Counts[index] ?? 1;
      count.within += value <= limit ? (Counts[index] ?? 1) : 0;
    }
    counts.set(period, count);
  }
  const told = [...counts].filter(([, { all }]) => all > 0).sort(([one], [other]) => one - other);
  return {
    Id,
    StatusCode: "Complete",
    Timestamps: told.map(([period]) => period),
    Values: told.map(([, { all, within }]) => (within * 100) / all),
  };
}

function isSame(one: Metric, other: Metric): boolean {
  const words = ({ MetricName, Dimensions }: Metric) =>
    [MetricName, ...Dimensions.map(({ Name, Value }) => `${Name}=${Value}`).sort()].join(" ");
  return words(one) === words(other);
}

function json(document: unknown): Answer {
  return { json: true, body: JSON.stringify(document) };
}

function xml(name: string, result: string): Answer {
  return { body: `<${name}Response><${name}Result>${result}</${name}Result></${name}Response>` };
}
