import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { member } from "../../../infra/sure.ts";
import { alarmsOf } from "../../../rollout/alarms/capture.ts";
import { evaluate, evaluatedEvery } from "../../../rollout/alarms/evaluate.ts";
import { type Alarm, type MetricAlarm, type MetricId, queriesOf } from "../../../rollout/alarms/model.ts";
import { MetricStore } from "../../../rollout/alarms/store.ts";
import { ROOT } from "../../rollout/docs-pages.ts";
import { shippedGraph } from "../../support/shipped-graph.ts";

// Which share of failures at which rate of requests rings when, by the alarms as they are captured and by CloudWatch's
// rules: nothing between a lost request an hour and an outage goes on unseen, but for what the objective allows.

const MINUTE = 60;
const HOUR = 3600;
const DAY = 24 * HOUR;
/** Longer than any alarm looks back, twice. */
const WATCHED = 15 * DAY;
const OBJECTIVE_IN_PERCENT = 0.1;

/** Requests a minute: one every ten minutes to a busy service's. */
const RATES = [0.1, 0.2, 0.5, 1, 1.3, 2, 5, 10, 20, 60, 300, 1000, 3000];
const ALLOWED = [0.01, 0.05, 0.095];
const TOO_MANY = [0.101, 0.11, 0.15, 0.2, 0.3, 0.5, 0.6, 0.61, 0.8, 1, 1.01, 2, 5, 10, 20, 50, 75, 100];

/** How requests fail: the metric that counts them, of a track or of the whole balancer. */
const KINDS = {
  "a server answers 5xx": "HTTPCode_Target_5XX_Count",
  "no server is reached": "TargetConnectionErrorCount",
  "the balancer answers 5xx": "HTTPCode_ELB_5XX_Count",
} as const;

/** Requests that come evenly, without a failure until second 0 and then with an even share of them. */
class Steady extends MetricStore {
  readonly #metric: string;
  readonly #bad: (to: number) => number;
  readonly #requests: (to: number) => number;

  constructor(metric: string, perMinute: number, bad: (requests: number) => number) {
    super();
    this.#metric = metric;
    this.#requests = (to) => Math.floor((to / MINUTE) * perMinute + 1e-9);
    this.#bad = (to) => (to <= 0 ? 0 : Math.floor(bad(this.#requests(to)) + 1e-9));
  }

  /** CloudWatch sends no figure for a count of 0. */
  override between({ name }: MetricId, from: number, to: number): number[] {
    const count = { RequestCount: this.#requests, [this.#metric]: this.#bad }[name];
    const sum = count ? count(to) - count(from) : 0;
    return sum > 0 ? [sum] : [];
  }

  badUntil(to: number): number {
    return this.#bad(to);
  }
}

const captured = new Map<string, MetricAlarm[]>();
beforeAll(async () => {
  for (const stack of ["beta", "prod"] as const) {
    const { alarms } = alarmsOf(await shippedGraph(stack));
    captured.set(stack, alarms.filter(isMetric));
  }
});
const isMetric = (alarm: Alarm): alarm is MetricAlarm => alarm.kind === "metric";

/** The alarms that count such failures; of a track's, those of one track. */
function watching(stack: string, metric: string): MetricAlarm[] {
  return member(Object.fromEntries(captured), stack).filter(
    (alarm) =>
      !alarm.name.startsWith(`${stack}-green-`) &&
      queriesOf(alarm).some(({ metric: { name } }) => name === metric),
  );
}

/** When CloudWatch looks: each minute at first, later it is enough to look now and then. */
function* looks(): Generator<number> {
  for (let at = MINUTE; at < HOUR; at += MINUTE) yield at;
  for (let at = HOUR; at < 12 * HOUR; at += 10 * MINUTE) yield at;
  for (let at = 12 * HOUR; at <= WATCHED; at += HOUR) yield at;
}

/** The first alarm to ring, and when, in seconds since the first requests failed. */
function rings(alarms: MetricAlarm[], store: MetricStore): { at: number; names: string[] } | undefined {
  for (const at of looks()) {
    const on = alarms.filter(
      (alarm) => at % evaluatedEvery(alarm) === 0 && evaluate(alarm, store, at).state === "ALARM",
    );
    if (on.length > 0) return { at, names: on.map(({ name }) => name) };
  }
  return undefined;
}

function steady(metric: string, perMinute: number, percent: number): Steady {
  return new Steady(metric, perMinute, (requests) => (requests * percent) / 100);
}

describe.each(["beta", "prod"])("%s: when", (stack) => {
  describe.each(Object.entries(KINDS))("%s", (_, metric) => {
    test.each(RATES)("at %s requests a minute, whatever is over the objective rings in time", (perMinute) => {
      const month = (perMinute * 30 * DAY) / MINUTE;
      const quarter = Math.ceil((month * OBJECTIVE_IN_PERCENT) / 100 / 4);
      const late = TOO_MANY.flatMap((percent) => {
        const store = steady(metric, perMinute, percent);
        const ring = rings(watching(stack, metric), store);
        const gone = store.badUntil(ring?.at ?? WATCHED);
        // What looks back over more than a day is looked at each hour.
        const anHour = (perMinute * 60 * percent) / 100;
        return ring && gone <= Math.max(5, quarter + anHour) ? [] : [{ percent, ring, gone }];
      });
      expect(late).toEqual([]);
    });

    test.each(RATES)("at %s requests a minute, what the objective allows doesn't", (perMinute) => {
      const rung = ALLOWED.flatMap(
        (percent) => rings(watching(stack, metric), steady(metric, perMinute, percent)) ?? [],
      );
      expect(rung).toEqual([]);
    });

    test.each(RATES)("at %s requests a minute, one that fails alone doesn't", (perMinute) => {
      const one = new Steady(metric, perMinute, (requests) => Math.min(1, requests));
      expect(rings(watching(stack, metric), one)).toBeUndefined();
    });
  });
});

/** The one alarm, with so many failed of so many requests at once, long after the last ones. */
function stateWith(name: string, failed: number, requests: number): string {
  const alarm = watching("beta", KINDS["a server answers 5xx"]).find(
    (each) => each.name === `beta-blue-${name}`,
  );
  const store = new MetricStore();
  for (const { metric } of queriesOf(alarm as MetricAlarm))
    store.add(metric, 0, [metric.name === "RequestCount" ? requests : failed]);
  return evaluate(alarm as MetricAlarm, store, MINUTE).state;
}

test.each([
  ["errors", [2, 20], [3, 20]],
  ["errors", [3, 300], [3, 299]],
  ["errors", [3, 19], [3, 20]],
  ["errors-slow", [2, 20], [3, 20]],
  ["errors-hours", [4, 4], [5, 5]],
  ["errors-hours", [6, 1000], [7, 1000]],
  ["errors-week", [1, 10], [2, 10]],
  ["errors-week", [10, 10_000], [11, 10_000]],
])("%s: %j doesn't ring, %j does", (name, [below, of = 0], [above, others = 0]) => {
  expect([stateWith(name, below ?? 0, of), stateWith(name, above ?? 0, others)]).toEqual(["OK", "ALARM"]);
});

test("slow answers of a pilot ring too, and of few requests none", () => {
  const alarm = captured.get("beta")?.find(({ name }) => name === "beta-blue-latency-hours") as MetricAlarm;
  const state = (times: number[]) => {
    const store = new MetricStore();
    for (const { metric } of queriesOf(alarm))
      store.add(metric, 0, metric.name === "RequestCount" ? times.map(() => 1) : times);
    return evaluate(alarm, store, MINUTE).state;
  };
  const of = (slow: number, all: number) => Array.from({ length: all }, (_, i) => (i < slow ? 5 : 0.1));
  expect([of(1, 20), of(2, 20), of(19, 19)].map(state)).toEqual(["OK", "ALARM", "OK"]);
});

const SHOWN = { rates: [0.1, 1, 10, 100, 1000], shares: [0.2, 0.5, 1, 2, 10, 100] };

/** Such as `12 min`, `3 h`, `2 days`, rounded up. */
function time(seconds: number): string {
  if (seconds < HOUR) return `${Math.ceil(seconds / MINUTE)} min`;
  return seconds < 2 * DAY ? `${Math.ceil(seconds / HOUR)} h` : `${Math.ceil(seconds / DAY)} days`;
}

test("the page's table is what the alarms do", () => {
  const metric = KINDS["a server answers 5xx"];
  const rows = SHOWN.rates.map((perMinute) => {
    const cells = SHOWN.shares.map((percent) => {
      const ring = rings(watching("prod", metric), steady(metric, perMinute, percent));
      return ring ? time(ring.at) : "never";
    });
    return `| ${perMinute < 1 ? "1 in 10 min" : `${perMinute} a minute`} | ${cells.join(" | ")} |`;
  });
  const page = readFileSync(join(ROOT, "docs/alarms.md"), "utf8");
  expect(page).toContain(rows.join("\n"));
});
