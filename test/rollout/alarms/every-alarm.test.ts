import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadAwsServiceSpecSync } from "@aws-cdk/aws-service-spec";
import { beforeAll, expect, test } from "vitest";
import { alarmsOf } from "../../../rollout/alarms/capture.ts";
import { type Alarm, queriesOf } from "../../../rollout/alarms/model.ts";
import { ACTS } from "../../../rollout/drill/alarms/acts.ts";
import { drives } from "../../../rollout/drill/alarms/fault.ts";
import { ROOT } from "../docs-pages.ts";
import { graphOf } from "../preview/corpus/project.ts";

// An alarm that is registered must be on its page, with its severity, and with the fault that raises it in the drill or the
// reason why there is none. CONTRIBUTING.md lists what an alarm takes.

const SUPPLIER = { supplier: { url: "https://prices.example.com/v1" } };
const PROCESSES = {
  worker: { command: ["celery"] },
  nightly: { command: ["clean"], schedule: "rate(1 day)" },
};
const faults = ACTS.flatMap((act) => act.faults);
const page = readFileSync(join(ROOT, "docs/alarms.md"), "utf8");
const rows = new Map(
  [...page.matchAll(/^\| `([^`]+)` \| (P[1-4]|none) \| (\S.*) \| (\S.*) \|$/gm)].map(
    ([, name = "", severity, meaning, drill = ""]) => [name, { severity, meaning, drill }],
  ),
);

const alarms = new Map<string, Alarm>();
beforeAll(async () => {
  for (const stack of ["beta", "prod"] as const) {
    const captured = alarmsOf(
      await graphOf({
        stack,
        config: {
          "app.dependencies": SUPPLIER,
          "app.processes": PROCESSES,
          controller: { in: "stack" },
        },
      }),
    );
    expect(captured.refused).toEqual([]);
    for (const alarm of captured.alarms) alarms.set(kindOf(alarm.name), alarm);
  }
});

/** As the page names it: of any stack, track, node and service. */
function kindOf(name: string): string {
  return name
    .replace(/^(beta|prod)-/, "")
    .replace(/^(blue|green)-/, "<track>-")
    .replace(/^cache-\d-/, "cache-<node>-")
    .replace(
      /(dependency-)supplier|(process-)worker|(job-)nightly/,
      (_, ...kind: string[]) => `${kind.find(Boolean)}<name>`,
    );
}

test("every alarm is on its page, and no other", () => {
  expect([...rows.keys()].toSorted()).toEqual([...alarms.keys()].toSorted());
});

test("each with the severity that its own text says", () => {
  const severityOf = ({ description }: Alarm) => /^P[1-4]\b/.exec(description)?.[0] ?? "none";
  const said = [...alarms].map(([name, alarm]) => [name, severityOf(alarm)]);
  expect([...rows].map(([name, { severity }]) => [name, severity]).toSorted()).toEqual(said.toSorted());
});

test("each is raised by the fault that the page names, or fed for a reason", () => {
  const wrong = [...alarms].filter(([name, alarm]) => !isRight(rows.get(name)?.drill ?? "", alarm));
  expect(wrong.map(([name, alarm]) => `${name}: ${driversOf(alarm).join(" or ") || "fed: why?"}`)).toEqual(
    [],
  );
});

// Those of an application come from its own log lines (embedded.ts).
test("each that a fault raises looks at metrics that the rehearsal sends", () => {
  const sampler = ["sampler.ts", "balancer-sampler.ts"]
    .map((file) => readFileSync(join(ROOT, "rollout/platforms/rehearsal/metrics", file), "utf8"))
    .join("\n");
  const raised = [...alarms.values()].filter((alarm) => driversOf(alarm).length > 0);
  const unsent = raised
    .flatMap((alarm) => (alarm.kind === "metric" ? queriesOf(alarm) : []))
    .map(({ metric }) => metric)
    .filter(
      ({ namespace, name }) => namespace !== "Rollout/App" && !new RegExp(`\\b${name}\\b`).test(sampler),
    );
  expect(unsent.map(({ namespace, name }) => `${namespace} ${name}`)).toEqual([]);
});

test("each fault is there for an alarm", () => {
  const all = [...alarms.values()];
  const idle = faults.filter((fault) => !all.some((each) => driversOf(each).includes(fault.name)));
  expect(idle.map(({ name }) => name)).toEqual([]);
});

/** Metrics that AWS's list lacks, each with the page of AWS's that has it; and the application's own. */
const ELSEWHERE: Record<string, string> = {
  "AWS/Backup NumberOfBackupJobsCompleted": "AWS Backup Developer Guide, AWS Backup metrics with CloudWatch",
  "AWS/Backup NumberOfBackupJobsFailed": "AWS Backup Developer Guide, AWS Backup metrics with CloudWatch",
  "AWS/CertificateManager DaysToExpiry": "ACM User Guide, Supported CloudWatch metrics",
  "AWS/RDS MaximumUsedTransactionIDs": "RDS User Guide, CloudWatch metrics for Amazon RDS",
  "AWS/Scheduler TargetErrorCount":
    "EventBridge Scheduler User Guide, Monitoring EventBridge Scheduler with Amazon CloudWatch",
  "Rollout/App DependencyAsked": "app/dependency-counts.ts",
  "Rollout/App DependencyFailed": "app/dependency-counts.ts",
  "Rollout/App DependencyOpen": "app/dependency-counts.ts",
  "Rollout/Processes JobFailed": "infra/host/processes/metrics.ts",
  "Rollout/Processes ProcessRestarts": "infra/host/processes/metrics.ts",
};

// A name that AWS doesn't send makes an alarm that never goes off.
test("each looks at metrics that AWS has by that name", () => {
  const known = new Set(
    [...loadAwsServiceSpecSync().all("metric")].map(({ namespace, name }) => `${namespace} ${name}`),
  );
  const metrics = [...alarms.values()].flatMap((alarm) =>
    alarm.kind === "metric" ? queriesOf(alarm).map(({ metric }) => `${metric.namespace} ${metric.name}`) : [],
  );
  const others = [...new Set(metrics)].filter((metric) => !known.has(metric));
  expect(others.toSorted()).toEqual(Object.keys(ELSEWHERE));
});

function isRight(drill: string, alarm: Alarm): boolean {
  if (alarm.kind === "composite") return drill === "by the alarms that it names";
  const drivers = driversOf(alarm);
  return drivers.length === 0 ? /^fed: \S/.test(drill) : drivers.includes(drill);
}

function driversOf(alarm: Alarm): string[] {
  if (alarm.kind === "composite") return [];
  return faults.filter((fault) => drives(fault, alarm)).map(({ name }) => name);
}
