/** A metric as it was supplied; its unit is in its name, such as `error_percent`. */
export type Measured = number | boolean;

export type SuppliedMetrics = ReadonlyMap<string, Measured>;

/** Missing evidence is neither: it lets nothing through, and it blames nothing. */
export type GoNoGo = "GO" | "NO-GO" | "unknown";

const HOLDS = {
  "<": (measured: Measured, figure: Measured) => measured < figure,
  "<=": (measured: Measured, figure: Measured) => measured <= figure,
  ">": (measured: Measured, figure: Measured) => measured > figure,
  ">=": (measured: Measured, figure: Measured) => measured >= figure,
  "==": (measured: Measured, figure: Measured) => measured === figure,
  "!=": (measured: Measured, figure: Measured) => measured !== figure,
} as const;

export interface Criterion {
  metric: string;
  comparison: keyof typeof HOLDS;
  figure: Measured;
}

/** What a criterion is for: it must hold to go, or it stops everything when it holds. */
export type Role = "go" | "no-go";

export interface Judged extends Criterion {
  role: Role;
  /** What was supplied; null when nothing was. */
  measured: Measured | null;
  outcome: GoNoGo;
  /** For people: the measured value beside the figure. */
  why: string;
}

const FORM = /^([a-z][a-z0-9_]*)\s*(<=|>=|==|!=|<|>)\s*(true|false|-?\d+(?:\.\d+)?)$/;

/** `error_percent < 0.5`, `audit_passed == true`; undefined for any other text. */
export function criterionOf(text: string): Criterion | undefined {
  const [, metric, comparison, figure] = FORM.exec(text.trim()) ?? [];
  if (!metric || !comparison || !figure) return undefined;
  const yesOrNo = figure === "true" || figure === "false";
  if (yesOrNo && comparison !== "==" && comparison !== "!=") return undefined;
  return {
    metric,
    comparison: comparison as Criterion["comparison"],
    figure: yesOrNo ? figure === "true" : Number(figure),
  };
}

export function judgeCriterion(criterion: Criterion, role: Role, metrics: SuppliedMetrics): Judged {
  const { metric, comparison, figure } = criterion;
  const measured = metrics.get(metric) ?? null;
  const judged = (outcome: GoNoGo, why: string) => ({ ...criterion, role, measured, outcome, why });
  if (measured === null) return judged("unknown", `${metric} is not among the metrics`);
  // A yes where a number belongs is a slip of whoever supplied it: no evidence either way.
  if (typeof measured !== typeof figure) {
    const kind = typeof figure === "number" ? "a number" : "true or false";
    return judged("unknown", `${metric} is ${measured}, it must be ${kind}`);
  }
  const holds = HOLDS[comparison](measured, figure);
  if (role === "go")
    return judged(
      holds ? "GO" : "NO-GO",
      `${metric} is ${measured}, to go it must be ${comparison} ${figure}`,
    );
  return judged(holds ? "NO-GO" : "GO", `${metric} is ${measured}, no-go is ${comparison} ${figure}`);
}

/** One failure decides, however much is missing; a missing metric keeps the rest from being GO. */
export function outcomeOf(judged: readonly { outcome: GoNoGo }[]): GoNoGo {
  const any = (outcome: GoNoGo) => judged.some((each) => each.outcome === outcome);
  return any("NO-GO") ? "NO-GO" : any("unknown") || judged.length === 0 ? "unknown" : "GO";
}
