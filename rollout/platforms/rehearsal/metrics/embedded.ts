import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { MetricId } from "../../../alarms/model.ts";
import { Tail } from "../machine/tail.ts";

/** Logs of the applications, of what they run besides, and of what runs their jobs. */
const WRITTEN = /(\.(app|process)|^jobs)\.log$/;

/**
 * The metrics that the applications write to their logs, as CloudWatch makes them of the same lines (CloudWatch User Guide,
 * "Embedded metric format specification"): one for each metric and set of dimensions that a line names.
 */
export class EmbeddedMetrics {
  readonly #folder: string;
  readonly #tail = new Tail();

  /** @param folder of the logs; what is in them already is the past and is left out */
  constructor(folder: string) {
    this.#folder = folder;
    this.take();
  }

  /** What was written since the last call. */
  take(): { metric: MetricId; values: number[] }[] {
    const found: { metric: MetricId; values: number[] }[] = [];
    const names = existsSync(this.#folder) ? readdirSync(this.#folder) : [];
    for (const name of names.filter((each) => WRITTEN.test(each)))
      this.#tail.read(join(this.#folder, name), (line) => found.push(...metricsIn(line)));
    return found;
  }
}

interface Directive {
  Namespace: string;
  Dimensions: string[][];
  Metrics: { Name: string }[];
}

/** A line that isn't of the format, or that a crash cut short, has none. */
export function metricsIn(line: string): { metric: MetricId; values: number[] }[] {
  const members = line.includes('"_aws"') ? parsed(line) : undefined;
  const directives = members?._aws?.CloudWatchMetrics;
  if (!members || !Array.isArray(directives)) return [];
  return directives.flatMap(({ Namespace, Dimensions, Metrics }) =>
    Dimensions.flatMap((names) =>
      Metrics.flatMap(({ Name }) => {
        const values = [members[Name]].flat().filter((each) => typeof each === "number");
        const dimensions = Object.fromEntries(names.map((name) => [name, String(members[name])]));
        return values.length > 0
          ? [{ metric: { namespace: Namespace, name: Name, dimensions }, values }]
          : [];
      }),
    ),
  );
}

type Members = { _aws?: { CloudWatchMetrics?: Directive[] } } & Record<string, unknown>;

function parsed(line: string): Members | undefined {
  try {
    return JSON.parse(line) as Members;
  } catch {
    return undefined;
  }
}
