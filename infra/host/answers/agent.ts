import { WARM_UP_SECONDS } from "../../settings/warming.ts";
import type { Host, HostFile } from "../host.ts";
import { sandbox } from "../units/sandbox.ts";
import { ANSWER_COUNTS, ANSWER_METRICS, SLOW_LIMITS_MS } from "./metrics.ts";

const SCRIPT = "/usr/local/sbin/rollout-answers";

/** Where a server writes what it counts; CloudWatch's agent ships it, and CloudWatch makes metrics of it. */
export const ANSWERS_LOG = "/var/log/rollout/answers.log";

/** Where it writes the same second by second ({@link ServerLine}); the agent ships it, and whoever runs a rollout reads it there. */
export const SECONDS_LOG = "/var/log/rollout/seconds.log";

/**
 * The program on each server that counts what nginx's log says of its answers and no metric of the balancer's does: an
 * ALB doesn't say whether one client in a thousand gets 404 or one a thousand times, that a client gave up, or that an
 * app broke an answer off. It writes a line in CloudWatch's embedded metric format now and then, for each minute that answers were whole in,
 * and every two seconds what each second had: {@link ServerLine}.
 *
 * The rehearsal counts clients the same way (rollout/platforms/rehearsal/rollout/access-logs.ts); a test holds both to the
 * same log. A request that waits is told only when it ends, at the latest by the app's timeout.
 */
export function answerFiles({ stack, track }: Pick<Host, "stack" | "track">): HostFile[] {
  return [
    {
      path: SCRIPT,
      permissions: "0755",
      content: PROGRAM.replaceAll("@STACK@", stack)
        .replace("@TRACK@", track)
        .replace("@WARM_UP@", String(WARM_UP_SECONDS)),
    },
    {
      path: "/etc/systemd/system/rollout-answers.service",
      content: `[Unit]
Description=Count what nginx answers
StartLimitIntervalSec=0
[Service]
ExecStart=${SCRIPT}
Restart=always
RestartSec=5
# It reads nginx's log and writes its own.
User=www-data
LogsDirectory=rollout
${sandbox()}[Install]
WantedBy=multi-user.target
`,
    },
  ];
}

/**
 * A client counts once in ten minutes for each class, so that a bot's thousand 404s are one. 429 is said of the client, not
 * of the version; 101 is told when a WebSocket closes, hours later. A late answer is one of which nothing came for two
 * seconds, whoever gave up in the end. Sessions, and what those repeat that had an error within ten minutes, are told only where there were
 * some, as each name costs. In the tests variables stand in place of what is a server's.
 */
const PROGRAM = `#!/usr/bin/python3 -u
import hashlib, json, os, re, signal, sys, time
from datetime import datetime

logs = os.environ.get("ROLLOUT_NGINX_LOGS", "/var/log/nginx")
out = os.environ.get("ROLLOUT_ANSWERS_LOG", "${ANSWERS_LOG}")
every = float(os.environ.get("ROLLOUT_EVERY", "2"))
# What costs by the line for CloudWatch's metrics is told less often.
rounds = 5
folder = os.path.dirname(out)
by_second, beginning = os.path.join(folder, "seconds.log"), os.path.join(folder, "began")
classes = {"3xx": 300, "4xx": 400}
told, slow = {}, {}
limits = ${JSON.stringify(SLOW_LIMITS_MS)}
broken = re.compile(rb"(\\d+/\\d+/\\d+ \\d+:\\d+:\\d+) \\[\\w+\\] .* while reading upstream, client: ")

def of(second, seconds):
    return seconds.setdefault(second, {"all": 0, "bad": 0, "times": {}, "clients": [0, 0], "who": [], "late": 0, "cut": 0, "visits": {}, "repeated": [0, 0], "held": {"requests": 0, "slow": {}}, **{name: (set(), set()) for name in classes}})

# Up, in milliseconds, to two digits: a limit that has no more of them parts the slow from the others exactly.
def rounded(seconds):
    ms, step = round(seconds * 1000), 1
    while ms > 99 * step:
        step *= 10
    return -(-ms // step) * step

def add(line, seconds):
    try:
        answer = json.loads(line)
        status, address = answer["status"], answer["address"]
        second = int(datetime.fromisoformat(answer["time"]).timestamp())
    except (ValueError, KeyError, TypeError):
        return
    if answer.get("path") == "/health" or status == 101:
        return
    counts = of(second, seconds)
    counts["all"] += 1
    counts["bad"] += status >= 500
    if told.get(("failed", address), 0) <= second:
        counts["clients"][1] += 1
        if status >= 500:
            counts["clients"][0] += 1
            told["failed", address] = second + 600
            counts["who"].append(hashlib.blake2s(address.encode(), digest_size=4, key=b"@STACK@").hexdigest())
    took = rounded(answer["seconds"]) if status != 499 else 0
    if status != 499:
        counts["times"][took] = counts["times"].get(took, 0) + 1
    visit = answer.get("session")
    counts["visits"][visit] = counts["visits"].get(visit, 0) + 1
    if visit == "held":
        key = "5xx", address, answer.get("number"), answer.get("agent")
        if told.get(key, 0) > second:
            counts["repeated"][0] += 1
            counts["repeated"][1] += status >= 500
        if status >= 500:
            told[key] = second + 600
        add_slow(key[1:], took, second, counts["held"])
    counts["late"] += answer["total_seconds" if status in (0, 499) else "seconds"] >= 2
    if status == 429:
        return
    for name, first in classes.items():
        if told.get((name, address), 0) > second:
            continue
        asked, so = counts[name]
        asked.add(address)
        if first <= status < first + 100:
            so.add(address)
            told[name, address] = second + 600

# A session's slow answer counts once in ten minutes; what a new server may be slow with is known of nobody afterwards.
def add_slow(session, took, second, held):
    if began is None or second < began + @WARM_UP@:
        return
    held["requests"] += 1
    known = slow.get(session, {})
    for limit in limits if known or took > limits[0] else []:
        is_known, is_slow = known.get(limit, 0) > second, took > limit
        if is_known or is_slow:
            first, again, slow_again = held["slow"].get(limit, [0, 0, 0])
            held["slow"][limit] = [first + (not is_known), again + is_known, slow_again + (is_known and is_slow)]
        if is_slow and not is_known:
            slow.setdefault(session, known)[limit] = second + 600

# nginx itself ends such an answer as if it were whole: only its error log says it.
def add_cut(line, seconds):
    found = broken.match(line)
    if found:
        second = int(datetime.strptime(found[1].decode(), "%Y/%m/%d %H:%M:%S").timestamp())
        of(second, seconds)["cut"] += 1

def tell(seconds):
    minutes = {}
    for second, counts in seconds:
        sums = minutes.setdefault(second // 60 * 60, {})
        first, again, held = (counts["visits"].get(visit, 0) for visit in ("first", "again", "held"))
        for name, value in {
            "${ANSWER_COUNTS.answers}": counts["all"], "${ANSWER_COUNTS.late}": counts["late"], "${ANSWER_COUNTS.cut}": counts["cut"],
            "${ANSWER_COUNTS.clientsOf3xx}": len(counts["3xx"][0]), "${ANSWER_COUNTS.clients3xx}": len(counts["3xx"][1]),
            "${ANSWER_COUNTS.clientsOf4xx}": len(counts["4xx"][0]), "${ANSWER_COUNTS.clients4xx}": len(counts["4xx"][1]),
            **({"${ANSWER_COUNTS.sessions}": first + again, "${ANSWER_COUNTS.firstVisits}": first} if first + again else {}),
            **({"${ANSWER_COUNTS.heldRequests}": held} if held else {}),
            **(dict(zip(("${ANSWER_COUNTS.repeatedRequests}", "${ANSWER_COUNTS.repeatedErrors}"), counts["repeated"])) if counts["repeated"][0] else {}),
        }.items():
            sums[name] = sums.get(name, 0) + value
    with open(out, "a") as file:
        for minute, sums in minutes.items():
            directive = {"Namespace": "${ANSWER_METRICS}", "Dimensions": [["Stack", "Track"]], "Metrics": [{"Name": name} for name in sums]}
            head = {"_aws": {"Timestamp": minute * 1000, "CloudWatchMetrics": [directive]}, "Stack": "@STACK@", "Track": "@TRACK@"}
            file.write(json.dumps({**head, **sums}) + "\\n")

def begun():
    try:
        with open(beginning) as file:
            return int(file.read())
    except (FileNotFoundError, ValueError):
        return None

began = begun()

# Of a second that is not over yet the rest is still to come: it waits.
def tell_seconds(waiting, start, through, ended):
    global began
    whole = [(second, waiting.pop(second)) for second in sorted(waiting) if second < through]
    if began is None:
        began = next((second for second, counts in whole if counts["all"]), None)
        if began is not None:
            with open(beginning, "w") as file:
                file.write(str(began))
    told = {}
    for second, counts in whole:
        ways = {name: [len(counts[name][1]), len(counts[name][0])] for name in classes}
        told[second] = {
            "all": counts["all"], "bad": counts["bad"], "times": counts["times"], "clients": counts["clients"], "who": counts["who"][:50],
            "late": counts["late"], "cut": counts["cut"], "repeated": counts["repeated"], **({"held": counts["held"]} if counts["held"]["requests"] else {}), **ways,
            "visits": {name: count for name, count in counts["visits"].items() if name in ("first", "again", "held")},
        }
    line = {"from": start, "through": through, "began": began, "seconds": told, **({"ended": True} if ended else {})}
    with open(by_second, "a") as file:
        file.write(json.dumps(line, separators=(",", ":")) + "\\n")
    return whole

# From its end on at first; nginx writes another file when logs are rotated.
def follow(log):
    file, rest, begun = None, b"", False
    while True:
        if file is None:
            try:
                file = open(log, "rb")
                if not begun and "ROLLOUT_FROM_START" not in os.environ:
                    file.seek(0, os.SEEK_END)
            except FileNotFoundError:
                pass
            begun = True
        more = file.read() if file else b""
        rest += more
        *lines, rest = rest.split(b"\\n")
        yield lines
        if file and not more:
            try:
                gone = os.stat(log).st_ino != os.fstat(file.fileno()).st_ino
            except FileNotFoundError:
                gone = True
            if gone:
                file.close()
                file, rest = None, b""

answers, errors = follow(logs + "/access.log"), follow(logs + "/error.log")
waiting, over, told_to, round_, ending = {}, [], int(time.time()), 0, False

def look():
    global told_to
    # Taken before the logs are read: what nginx writes meanwhile is of later seconds.
    through = int(time.time() + 1) if ending else max(told_to, int(time.time() - 0.3))
    for line in next(answers):
        add(line, waiting)
    for line in next(errors):
        add_cut(line, waiting)
    over.extend(tell_seconds(waiting, told_to, through, ending))
    told_to = through

# A signal in the middle of a look waits for its end: what was counted is told.
def end(*_):
    global ending
    ending = True

signal.signal(signal.SIGTERM, end)
while True:
    last = ending
    look()
    round_ += 1
    if last or round_ % rounds == 0:
        tell(over)
        over.clear()
    if last:
        sys.exit(0)
    if len(told) > 10000:
        now = time.time()
        told = {key: until for key, until in told.items() if until > now}
    if len(slow) > 10000:
        now = time.time()
        slow = {session: known for session, known in slow.items() if max(known.values()) > now}
    rest = time.monotonic() + every
    while not ending and time.monotonic() < rest:
        time.sleep(min(0.2, every))
`;
