import { CloudWatchClient, DescribeAlarmHistoryCommand } from "@aws-sdk/client-cloudwatch";
import { clientSettings } from "../../../infra/aws-client.ts";
import type { AlarmChange } from "../sources.ts";

/** CloudWatch keeps an alarm's history so long (CloudWatch User Guide, "Alarm history"). */
const KEPT_DAYS = 30;

/**
 * When the stack's alarms changed their state, oldest first.
 *
 * @throws when the stretch of time is longer ago than CloudWatch remembers
 */
export async function alarmHistory(
  names: ReadonlySet<string>,
  { region, from, to, now = Date.now() }: { region: string; from: number; to: number; now?: number },
): Promise<AlarmChange[]> {
  if (from < now - KEPT_DAYS * 86_400_000)
    throw new Error(`CloudWatch keeps the history of alarms for ${KEPT_DAYS} days`);
  const client = new CloudWatchClient(clientSettings(region));
  const changes: AlarmChange[] = [];
  let NextToken: string | undefined;
  do {
    const page = await client.send(
      new DescribeAlarmHistoryCommand({
        // Without it: metric alarms only.
        AlarmTypes: ["MetricAlarm", "CompositeAlarm"],
        HistoryItemType: "StateUpdate",
        StartDate: new Date(from),
        EndDate: new Date(to),
        MaxRecords: 100,
        NextToken,
      }),
    );
    for (const { AlarmName = "", Timestamp, HistoryData = "{}" } of page.AlarmHistoryItems ?? []) {
      if (!names.has(AlarmName)) continue;
      const { oldState, newState } = JSON.parse(HistoryData) as Record<string, { stateValue?: string }>;
      changes.push({
        at: Timestamp?.getTime() ?? from,
        alarm: AlarmName,
        from: oldState?.stateValue ?? "unknown",
        to: newState?.stateValue ?? "unknown",
      });
    }
    NextToken = page.NextToken;
  } while (NextToken);
  return changes.sort((a, b) => a.at - b.at);
}
