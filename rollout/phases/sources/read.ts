import { entry, given, member } from "../../../infra/sure.ts";
import type { Criterion, Measured, SuppliedMetrics } from "../criterion.ts";
import type { Phases } from "../schema.ts";
import { SCORE_METRIC, SCORE_PARTS } from "../score.ts";
import type { CloudWatchSource, Source } from "../source.ts";

/** Whom to ask; what is left out isn't asked, and its metrics stay unknown. */
export interface Askers {
  prometheus?: (query: string) => Promise<number>;
  cloudwatch?: (source: CloudWatchSource) => Promise<number>;
}

/** What is known, and why the rest isn't. */
export interface KnownMetrics {
  metrics: SuppliedMetrics;
  unread: ReadonlyMap<string, string>;
}

/**
 * Reads the metrics that some phases are judged by from where phases.yaml says that they are. What was supplied wins: a
 * person may know better. A metric that can't be read is unknown and says why; it never lets anything through.
 */
export async function readSources(
  phases: Phases,
  names: readonly string[],
  supplied: SuppliedMetrics,
  askers: Askers,
): Promise<KnownMetrics> {
  const compared = comparedBy(phases, names);
  const wanted = [...compared.keys()].filter((metric) => !supplied.has(metric) && phases.metrics[metric]);
  const read = await Promise.all(
    wanted.map(async (metric) => {
      try {
        const figure = await ask(member(phases.metrics, metric), askers);
        return { metric, measured: fitting(metric, figure, entry(compared, metric)) };
      } catch (error) {
        return { metric, why: `${metric} can't be read: ${(error as Error).message}` };
      }
    }),
  );
  const metrics = new Map(supplied);
  const unread = new Map<string, string>();
  for (const { metric, measured, why = "" } of read) {
    if (measured === undefined) unread.set(metric, why);
    else metrics.set(metric, measured);
  }
  return { metrics, unread };
}

function ask({ prometheus, cloudwatch }: Source, askers: Askers): Promise<number> {
  if (prometheus !== undefined) {
    if (askers.prometheus) return askers.prometheus(prometheus);
    throw new Error("it is in Prometheus: add --prometheus URL");
  }
  if (askers.cloudwatch) return askers.cloudwatch(given(cloudwatch, "metric in CloudWatch"));
  throw new Error("it is in CloudWatch: add --cloudwatch REGION");
}

/** By metric, the criteria that compare it; those of the launch score are compared through it. */
function comparedBy({ phases, checkpoints }: Phases, names: readonly string[]): Map<string, Criterion[]> {
  const criteria = names.flatMap((name) => {
    const { entry, noGo, checkpoint } = member(phases, name);
    const before = checkpoint === undefined ? undefined : checkpoints[checkpoint];
    return [...entry, ...noGo, ...(before ? [...before.go, ...before.noGo] : [])];
  });
  const compared = new Map<string, Criterion[]>();
  for (const criterion of criteria) {
    const through = criterion.metric === SCORE_METRIC ? SCORE_PARTS : [criterion.metric];
    for (const metric of through) compared.set(metric, [...(compared.get(metric) ?? []), criterion]);
  }
  return compared;
}

/**
 * A figure as the criteria take it. Monitoring knows no true and false: there it is 1 and 0.
 *
 * @throws {Error} for what can't be meant
 */
function fitting(metric: string, figure: number, criteria: readonly Criterion[]): Measured {
  if ((SCORE_PARTS as readonly string[]).includes(metric) && !(figure >= 0 && figure <= 10))
    throw new Error(`it must be from 0 to 10, it is ${figure}`);
  if (!criteria.every((criterion) => typeof criterion.figure === "boolean")) return figure;
  if (figure === 0 || figure === 1) return figure === 1;
  throw new Error(`it must be 1 or 0, for true or false, it is ${figure}`);
}
