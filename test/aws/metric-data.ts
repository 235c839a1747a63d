import { type Answering, json } from "./front.ts";

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
  Value?: number;
  Values?: number[];
  Counts?: number[];
}

/**
 * User Guide, "Statistics definitions": sums, the value below which so many percent are, and the share of values up to a
 * limit, of what was put. moto lacks the percentiles, and for a sum it goes through all data at each period: a digest's
 * month takes it minutes. The queries of other statistics in the same call are moto's, which gets them without these.
 */
export function metricData(): Answering {
  const data: Datum[] = [];
  return async (call, behind) => {
    if (call.name === "PutMetricData") data.push(...JSON.parse(call.body).MetricData);
    if (call.name !== "GetMetricData") return undefined;
    const { MetricDataQueries, ...asked } = JSON.parse(call.body);
    const [ours, others] = parted(MetricDataQueries as Query[], isOurs);
    const known = ours.map((each) => resultOf(each, data, asked.StartTime, asked.EndTime));
    if (others.length === 0) return json({ MetricDataResults: known });
    const answer = await behind(JSON.stringify({ ...asked, MetricDataQueries: others }));
    return json({ MetricDataResults: [...JSON.parse(answer).MetricDataResults, ...known] });
  };
}

function isOurs({ MetricStat }: Query): boolean {
  return /^(Sum$|PR\(|p\d)/.test(MetricStat?.Stat ?? "");
}

function parted<Each>(all: Each[], is: (each: Each) => boolean): [Each[], Each[]] {
  return [all.filter(is), all.filter((each) => !is(each))];
}

function resultOf({ Id, MetricStat }: Query, data: Datum[], start: number, end: number) {
  const { Metric, Period, Stat } = MetricStat!;
  const periods = new Map<number, [value: number, count: number][]>();
  for (const {
    Timestamp,
    Value,
    Values = Value === undefined ? [] : [Value],
    Counts = [],
    ...metric
  } of data) {
    if (Timestamp < start || Timestamp >= end || !isSame(metric, Metric)) continue;
    const period = Timestamp - ((Timestamp - start) % Period);
    const known = periods.get(period) ?? [];
    known.push(...Values.map((value, index) => [value, Counts[index] ?? 1] as [number, number]));
    periods.set(period, known);
  }
  const told = [...periods].filter(([, values]) => values.length > 0).sort(([one], [other]) => one - other);
  return {
    Id,
    StatusCode: "Complete",
    Timestamps: told.map(([period]) => period),
    Values: told.map(([, values]) => statistic(Stat, values)),
  };
}

function statistic(stat: string, values: [value: number, count: number][]): number {
  if (stat === "Sum") return values.reduce((sum, [value, count]) => sum + value * count, 0);
  const [, limit] = /^PR\(:(.+)\)$/.exec(stat) ?? [];
  const all = countOf(values);
  if (limit) return (countOf(values.filter(([value]) => value <= Number(limit))) * 100) / all;
  const sorted = values.toSorted(([one], [other]) => one - other);
  const rank = (Number(stat.slice(1)) * all) / 100;
  return sorted.find((_, index) => countOf(sorted.slice(0, index + 1)) >= rank)![0];
}

function countOf(values: [value: number, count: number][]): number {
  return values.reduce((sum, [, count]) => sum + count, 0);
}

function isSame(one: Metric, other: Metric): boolean {
  const words = ({ MetricName, Dimensions }: Metric) =>
    [MetricName, ...Dimensions.map(({ Name, Value }) => `${Name}=${Value}`).sort()].join(" ");
  return words(one) === words(other);
}
