import type { Command } from "commander";
import { Misuse } from "../../errors.ts";
import type { SuppliedMetrics } from "../../phases/criterion.ts";
import type { Phases } from "../../phases/schema.ts";
import { askPrometheus } from "../../phases/sources/prometheus.ts";
import { type Askers, type KnownMetrics, readSources } from "../../phases/sources/read.ts";
import { readMetrics } from "./phase-files.ts";

/** Where figures come from: a file, and the servers that phases.yaml's sources are asked of. */
export interface Supplied {
  metrics?: string;
  prometheus?: string;
  cloudwatch?: string;
}

export const SOURCES = "--metrics FILE, --prometheus URL or --cloudwatch REGION";

export const SOURCES_HELP = `
Environment:
  ROLLOUT_PROMETHEUS_TOKEN  a token for Prometheus, where it wants one`;

export function sourceOptions(command: Command): Command {
  return command
    .option("--metrics <file>", "what was measured, YAML or JSON, such as error_percent: 0.3")
    .option("--prometheus <url>", "asked for the metrics that phases.yaml says are there")
    .option("--cloudwatch <region>", "the AWS region whose CloudWatch is asked for those that are there");
}

/** Whether anything was said to be judged by. */
export function hasSource({ metrics, prometheus, cloudwatch }: Supplied): boolean {
  return [metrics, prometheus, cloudwatch].some((each) => each !== undefined);
}

/**
 * The figures that some phases are judged by: those of the file, and the rest from where phases.yaml says that they are.
 *
 * @throws {Misuse} for a file or an address that can't be used; what a server doesn't tell is unknown
 */
export async function evidenceFor(
  phases: Phases,
  names: readonly string[],
  from: Supplied,
): Promise<KnownMetrics> {
  const supplied: SuppliedMetrics = from.metrics === undefined ? new Map() : readMetrics(from.metrics);
  return readSources(phases, names, supplied, await askersOf(from));
}

async function askersOf({ prometheus, cloudwatch }: Supplied): Promise<Askers> {
  const askers: Askers = {};
  if (prometheus !== undefined) {
    if (!/^https?:\/\//.test(prometheus) || !URL.canParse(prometheus) || new URL(prometheus).password)
      throw new Misuse("--prometheus takes an address such as http://prometheus:9090, without a password");
    const token = process.env.ROLLOUT_PROMETHEUS_TOKEN;
    askers.prometheus = (query) => askPrometheus(prometheus, query, token);
  }
  if (cloudwatch !== undefined) {
    // The AWS SDK only where it is needed.
    const { CloudWatchFigures } = await import("../../phases/sources/cloudwatch.ts");
    const figures = new CloudWatchFigures(cloudwatch);
    askers.cloudwatch = (source) => figures.ask(source, Date.now());
  }
  return askers;
}
