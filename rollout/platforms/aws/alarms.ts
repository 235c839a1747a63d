import { CloudWatchClient, type CompositeAlarm, DescribeAlarmsCommand } from "@aws-sdk/client-cloudwatch";
import { clientSettings } from "../../../infra/aws-client.ts";
import { UserError } from "../../errors.ts";
import type { AlarmReading } from "../platform.ts";
import type { StackFacts } from "./deployment.ts";

/** A gate waits for this, and with it the next look at the errors. */
const LIMITS = { connectionTimeout: 2_000, requestTimeout: 4_000, throwOnRequestTimeout: true };

/** Each track's composite alarm in CloudWatch: errors, latency, or no server that answers (infra/alarms/track.ts). */
export class CompositeAlarms {
  readonly #client: CloudWatchClient;

  constructor(region: string) {
    this.#client = new CloudWatchClient({
      ...clientSettings(region),
      requestHandler: LIMITS,
      maxAttempts: 2,
    });
  }

  /** @throws when AWS doesn't answer, or doesn't know the alarm */
  async of(track: string, { alarmArns }: StackFacts): Promise<AlarmReading[]> {
    const arn = alarmArns[track];
    if (!arn) throw new UserError(`the stack's outputs have no alarm of ${track}: run \`pulumi up\` first`);
    const name = arn.slice(arn.indexOf(":alarm:") + ":alarm:".length);
    const { CompositeAlarms = [] } = await this.#client.send(
      new DescribeAlarmsCommand({ AlarmNames: [name], AlarmTypes: ["CompositeAlarm"] }),
    );
    const found = CompositeAlarms.find(({ AlarmName }) => AlarmName === name);
    if (!found?.StateValue) throw new UserError(`CloudWatch doesn't know the alarm of ${track}: ${arn}`);
    return [{ name, state: found.StateValue, reason: found.StateReason ?? "", ...since(found) }];
  }
}

/** When the state changed, which `StateUpdatedTimestamp` isn't: that moves with each new reason too. */
function since({ StateTransitionedTimestamp, StateUpdatedTimestamp }: CompositeAlarm): { since?: number } {
  const at = StateTransitionedTimestamp ?? StateUpdatedTimestamp;
  return at ? { since: at.getTime() } : {};
}
