import type { Process } from "../../settings/settled.ts";
import type { Host, HostFile } from "../host.ts";
import { sandbox } from "../units/sandbox.ts";
import { PROCESS_COUNTS, PROCESS_METRICS } from "./metrics.ts";

/** The lifecycle hook that holds a server that is to go until its processes have ended; leave-hook.ts declares it. */
export const LEAVE_HOOK = "leave";

/** The parameter of Systems Manager by which servers learn which tracks run what follows it: their names, by commas. */
export function followedParameter(stack: string, follows: "stable" | "traffic"): string {
  return `/rollout/${stack}/${follows}`;
}

/** Where a job's messages are: one is there from when it is due until it has ended. */
export function jobQueue(stack: string, job: string): string {
  return `${stack}-job-${job}.fifo`;
}

/** Which parameters the servers follow: for the processes, of which jobs run where `stable` is, and for who may migrate. */
export function followedBy({ processes, migrate }: Followed): ("stable" | "traffic")[] {
  const all = processes.map((each) => (each.kind === "worker" ? each.follows : "stable"));
  return [...new Set([...all, ...(migrate.length > 0 ? (["stable"] as const) : [])])].sort();
}

type Followed = { processes: readonly Process[]; migrate: readonly string[] };

/**
 * The program on each server that says what of `app.processes` runs there. Every 15 seconds it reads which track is to run
 * what, and starts and stops the workers' units; it takes each job's messages while its track is the one; and it counts
 * restarts and failures.
 *
 * What it can't read changes nothing: what runs goes on. A job's message is deleted when the job has ended, well or not. When
 * a server goes before that the message comes back within two minutes, and another server runs the job again.
 *
 * It is Python with AWS's SDK, one process that stays: the CLI would take a second of a processor for every look.
 */
export function processAgent({ stack, track, region, app }: Host): HostFile[] {
  const { processes } = app;
  if (processes.length === 0) return [];
  const order = {
    stack,
    track,
    region,
    workers: processes.flatMap((each) =>
      each.kind === "worker" ? [[each.name, each.follows, each.count]] : [],
    ),
    jobs: processes.flatMap(({ kind, name }) => (kind === "job" ? [name] : [])),
  };
  const longestStop = Math.max(...processes.map(({ stopSeconds }) => stopSeconds));
  return [
    { path: "/etc/rollout/processes.json", content: `${JSON.stringify(order)}\n` },
    { path: "/usr/local/sbin/rollout-processes", permissions: "0755", content: AGENT },
    {
      path: "/etc/systemd/system/rollout-processes.service",
      content: `[Unit]
Description=Say which of the app's processes run here
Wants=network-online.target
After=network-online.target rollout-app.service
StartLimitIntervalSec=0
[Service]
ExecStart=/usr/local/sbin/rollout-processes
Restart=always
RestartSec=5
TimeoutStopSec=${longestStop + 30}
# systemd asks who starts units for this capability.
${sandbox({ capabilities: ["CAP_SYS_ADMIN"], network: true })}[Install]
WantedBy=multi-user.target
`,
    },
  ];
}

/** In the tests variables stand in place of what is a server's. */
const AGENT = `#!/usr/bin/python3 -u
import json, os, signal, subprocess, threading
from urllib.request import Request, urlopen
import boto3

order = json.load(open(os.environ.get("ROLLOUT_ETC", "/etc/rollout") + "/processes.json"))
imds = os.environ.get("ROLLOUT_IMDS", "http://169.254.169.254")
every = float(os.environ.get("ROLLOUT_EVERY", "15"))
stack, track, jobs = order["stack"], order["track"], order["jobs"]
workers = [(follows, [f"rollout-process-{name}@{n}" for n in range(1, count + 1)], name) for name, follows, count in order["workers"]]
parameters = {f"/rollout/{stack}/{each}": each for each in ["stable"] * bool(jobs) + [follows for follows, _, _ in workers]}
clients = {each: boto3.client(each, region_name=order["region"]) for each in ("autoscaling", "cloudwatch", "sqs", "ssm")}
# Names of what this server is to run, of which it knows nothing at first.
mine, restarts, leaving = set(), {}, threading.Event()

def systemctl(*words):
    return subprocess.run(["systemctl", *words], stdout=subprocess.PIPE, text=True)

def meta(path):
    token = urlopen(Request(imds + "/latest/api/token", method="PUT", headers={"X-aws-ec2-metadata-token-ttl-seconds": "60"}), timeout=5)
    return urlopen(Request(f"{imds}/latest/meta-data/{path}", headers={"X-aws-ec2-metadata-token": token.read().decode()}), timeout=5).read().decode()

def count(metric, name, value=1, **more):
    dimensions = [{"Name": key, "Value": each} for key, each in {"Stack": stack, "Process": name, **more}.items()]
    clients["cloudwatch"].put_metric_data(Namespace="${PROCESS_METRICS}", MetricData=[{"MetricName": metric, "Dimensions": dimensions, "Value": value}])

def look():
    if leaving.is_set():
        return
    found = clients["ssm"].get_parameters(Names=list(parameters))["Parameters"]
    here = {parameters[each["Name"]] for each in found if track in each["Value"].split(",")}
    known = {parameters[each["Name"]] for each in found}
    for name, follows in [(name, "stable") for name in jobs] + [(name, follows) for follows, _, name in workers]:
        if follows in known:
            (mine.add if follows in here else mine.discard)(name)
    for follows, units, name in workers:
        if follows in known:
            systemctl("start" if name in mine else "stop", "--no-block", *units)
        for unit in units:
            now = int(systemctl("show", "--property=NRestarts", "--value", unit).stdout or 0)
            more, restarts[unit] = now - restarts.get(unit, now), now
            if more > 0:
                count("${PROCESS_COUNTS.restarts}", name, more, Track=track)

def take(name):
    while not leaving.is_set():
        try:
            if name not in mine:
                leaving.wait(every)
                continue
            url = clients["sqs"].get_queue_url(QueueName=f"{stack}-job-{name}.fifo")["QueueUrl"]
            held = clients["sqs"].receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=20, VisibilityTimeout=120).get("Messages", [])
            if held:
                run(name, url, held)
        except Exception as error:
            print(f"{name}: {error}")
            leaving.wait(every)

# Several messages are of times that nobody was there for: one run makes up for them.
def run(name, url, held):
    def all(do, **more):
        for each in held:
            do(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"], **more)
    def hold(seconds):
        all(clients["sqs"].change_message_visibility, VisibilityTimeout=seconds)
    # A promotion may have come while it was waited for.
    look()
    if name not in mine or leaving.is_set():
        return hold(0)
    ended = threading.Event()
    def keep():
        while not ended.wait(40):
            hold(120)
    threading.Thread(target=keep, daemon=True).start()
    # Until it has ended; of one that an earlier life of this program began, too.
    failed = systemctl("start", f"rollout-process-{name}").returncode
    ended.set()
    if failed and leaving.is_set():
        return hold(0)
    all(clients["sqs"].delete_message)
    count("${PROCESS_COUNTS.failed}" if failed else "${PROCESS_COUNTS.done}", name)

# The group waits with the end of a server until its processes have ended.
def go():
    if meta("autoscaling/target-lifecycle-state") != "Terminated":
        return
    leaving.set()
    units = [unit for _, own, _ in workers for unit in own] + [f"rollout-process-{name}" for name in jobs]
    systemctl("stop", *units)
    for each in takers:
        each.join()
    id = meta("instance-id")
    group = clients["autoscaling"].describe_auto_scaling_instances(InstanceIds=[id])["AutoScalingInstances"][0]["AutoScalingGroupName"]
    clients["autoscaling"].complete_lifecycle_action(LifecycleHookName="${LEAVE_HOOK}", AutoScalingGroupName=group, InstanceId=id, LifecycleActionResult="CONTINUE")

takers = [threading.Thread(target=take, args=(name,), daemon=True) for name in jobs]
signal.signal(signal.SIGTERM, lambda *_: leaving.set())
for each in takers:
    each.start()
while not leaving.is_set():
    for each in (go, look):
        try:
            each()
        except Exception as error:
            print(error)
    leaving.wait(every)
for each in takers:
    each.join()
`;
