import { afterLast, member } from "../../../infra/sure.ts";
import { type Finding, fail, pass, unknown } from "../finding.ts";

export interface AlarmFacts {
  alarms: readonly WiredAlarm[];
  /** Who hears of each topic, by the names that the alarms use. */
  topics: Readonly<Record<string, readonly Subscriber[]>>;
  /** Phone numbers that the account may send to while it is in the sandbox of SNS; undefined: it is out of it, or unknown. */
  smsOnlyTo?: readonly string[];
}

export interface WiredAlarm {
  name: string;
  /** The topics that it tells when it begins. */
  topics: readonly string[];
  /** False: it is switched off. */
  enabled: boolean;
  /** Of a composite alarm: the alarms that it is made of. */
  parts?: readonly string[];
}

export interface Subscriber {
  protocol: string;
  endpoint: string;
  /** Undefined: that can't be known here. */
  confirmed: boolean | undefined;
}

/** Every alarm reaches a person: by itself, or as a part of one that does; a composite also by its parts. */
export function judgeAlarms({ alarms, topics, smsOnlyTo }: AlarmFacts): Finding {
  if (alarms.length === 0) return fail("the stack has no alarms", "Run `pulumi up`.");
  const off = alarms.filter(({ enabled }) => !enabled);
  if (off.length > 0)
    return fail(
      `switched off: ${namesOf(off)}`,
      "Switch it on: aws cloudwatch enable-alarm-actions --alarm-names NAME",
    );
  const mute = alarms.filter((each) => !isWired(each, alarms));
  if (mute.length > 0)
    return fail(`tell nobody: ${namesOf(mute)}`, "Give them the topic of their severity (infra/alarms).");

  const used = [...new Set(alarms.flatMap((each) => each.topics))].sort();
  const empty = used.filter((topic) => !topics[topic]?.length);
  if (empty.length > 0)
    return fail(
      `nobody hears of ${empty.map(short).join(", ")}`,
      "Add people to rollout:operators (email, sms), then run `pulumi up`.",
    );
  const subscribers = used.flatMap((topic) =>
    member(topics, topic).map((each) => ({ ...each, topic: short(topic) })),
  );
  const pending = subscribers.filter(({ confirmed }) => confirmed === false);
  if (pending.length > 0)
    return fail(
      pending.map(({ endpoint, topic }) => `${endpoint} hasn't confirmed ${topic}`).join(", "),
      "Have them press the link in the message of AWS Notifications; it is sent again from the SNS console.",
    );
  const unreached = subscribers.filter(
    ({ protocol, endpoint }) => protocol === "sms" && smsOnlyTo && !smsOnlyTo.includes(endpoint),
  );
  if (unreached.length > 0)
    return fail(
      `no SMS reaches ${unreached.map(({ endpoint }) => endpoint).join(", ")}: the account is in the sandbox of SNS`,
      "Ask AWS to move it out (SNS console, Text messaging; it takes a day), or verify the number there.",
    );
  const found = `${alarms.length} alarms, ${used.length} topics, ${subscribers.length} subscriptions`;
  if (subscribers.some(({ confirmed }) => confirmed === undefined))
    return unknown(
      `${found}; whether people confirmed is known to AWS alone`,
      "Run the check with --on aws once the stack is up there.",
    );
  return pass(`${found}, all confirmed`);
}

function isWired(alarm: WiredAlarm, all: readonly WiredAlarm[]): boolean {
  if (alarm.topics.length > 0) return true;
  if (all.some(({ parts, topics }) => topics.length > 0 && parts?.includes(alarm.name))) return true;
  const own = all.filter(({ name }) => alarm.parts?.includes(name));
  return own.length > 0 && own.every(({ topics }) => topics.length > 0);
}

function namesOf(alarms: readonly WiredAlarm[]): string {
  return alarms.map(({ name }) => name).join(", ");
}

/** A topic's name, of its ARN. */
function short(topic: string): string {
  return afterLast(topic, ":");
}
