import * as aws from "@pulumi/aws";
import type { Severity } from "../watch/alerts.ts";
import { openingOf, type Scope } from "./alarm.ts";

/**
 * Tells the topic of each severity when one of its alarms is over, that is when it goes from ALARM to OK. The
 * `okActions` of an alarm can't be limited to that: they also speak for every new alarm.
 *
 * An alarm is recognised by how its description begins. Its name doesn't say the severity, nor for sure the stack.
 * The event of a composite alarm has no description, so composite alarms are named.
 *
 * Source: CloudWatch User Guide, "Alarm events and EventBridge".
 */
export function tellOfEnds(
  { prefix, stack, topics, child }: Scope,
  composites: Partial<Record<Severity, string[]>>,
): void {
  for (const severity of ["P1", "P2", "P3"] as const) {
    const byDescription = { configuration: { description: [{ prefix: openingOf(severity, stack) }] } };
    over(severity.toLowerCase(), severity, byDescription);
    const alarmName = composites[severity];
    if (alarmName) over(`${severity.toLowerCase()}-composite`, severity, { alarmName });
  }

  function over(suffix: string, severity: Severity, which: object): void {
    const rule = new aws.cloudwatch.EventRule(
      `${prefix}-${suffix}-over`,
      {
        description: `An alarm of ${stack} of severity ${severity} is over`,
        eventPattern: JSON.stringify({
          source: ["aws.cloudwatch"],
          "detail-type": ["CloudWatch Alarm State Change"],
          detail: { ...which, state: { value: ["OK"] }, previousState: { value: ["ALARM"] } },
        }),
      },
      child,
    );
    new aws.cloudwatch.EventTarget(
      `${prefix}-${suffix}-over`,
      { rule: rule.name, arn: topics[severity], inputTransformer: TEXT },
      child,
    );
  }
}

const TEXT = {
  inputPaths: { alarm: "$.detail.alarmName", time: "$.time" },
  inputTemplate: '"OK: <alarm> is over since <time>."',
};
