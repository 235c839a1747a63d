import { rulesAt, type Sessions } from "../../../infra/sessions/rules.ts";
import type { Clock } from "../../../rollout/clock.ts";
import type { Deployment, StateResource } from "../../../rollout/platforms/aws/deployment.ts";
import type { Engine } from "../../../rollout/platforms/aws/engine.ts";

const elb = "arn:aws:elasticloadbalancing:us-east-1:123456789012";

export const LISTENER = `${elb}:listener/app/beta-alb-1234567/0123456789abcdef/fedcba9876543210`;
export const GROUPS = {
  blue: `${elb}:targetgroup/beta-blue-1234567/00000000000000bb`,
  green: `${elb}:targetgroup/beta-green-1234567/00000000000000cc`,
};
export const URN = "urn:pulumi:beta::rollout::rollout:infra:Balancer$aws:lb/listener:Listener::beta-https";

export const SESSIONS: Sessions = {
  stable: "blue",
  tags: { blue: "blue.0000aaaa", green: "green.0000bbbb" },
};

/** The listener's rules for sessions, as the state has them. */
export function sessionRulesIn(
  weights: Record<string, number>,
  sessions: Sessions = SESSIONS,
): StateResource[] {
  return rulesAt(sessions, weights).map(({ track, patterns }, index) => ({
    urn: `urn:pulumi:beta::rollout::rollout:infra:Balancer$aws:lb/listenerRule:ListenerRule::rule-${index}`,
    type: "aws:lb/listenerRule:ListenerRule",
    outputs: {
      arn: ruleArn(index),
      listenerArn: LISTENER,
      conditions: [{ httpHeader: { httpHeaderName: "cookie", regexValues: [...patterns] } }],
      actions: [{ type: "forward", targetGroupArn: GROUPS[track as keyof typeof GROUPS] }],
    },
  }));
}

export function ruleArn(index: number): string {
  return `${LISTENER.replace(":listener/", ":listener-rule/")}/${index}`;
}

/** A stack's state with two tracks of two servers, four at most. */
export function deployment(weights: Record<string, number> = { blue: 90, green: 10 }): Deployment {
  const targetGroups = Object.entries(weights).map(([track, weight]) => ({
    arn: GROUPS[track as keyof typeof GROUPS],
    weight,
  }));
  const alarm = (track: string) => `arn:aws:cloudwatch:us-east-1:123456789012:alarm:beta-${track}-state`;
  return {
    resources: [
      {
        urn: "urn:pulumi:beta::rollout::pulumi:pulumi:Stack::rollout-beta",
        type: "pulumi:pulumi:Stack",
        outputs: {
          url: "https://beta.example.com",
          listenerArn: LISTENER,
          targetGroupArns: GROUPS,
          servers: {
            blue: { group: "beta-blue-1", least: 2, most: 4 },
            green: { group: "beta-green-1", least: 2, most: 4 },
          },
          releaseDocument: "beta-release-1234567",
          trackAlarmArns: { blue: alarm("blue"), green: alarm("green") },
          alertTopicArns: Object.fromEntries(
            [1, 2, 3, 4].map((each) => [`P${each}`, `arn:aws:sns:us-east-1:123456789012:beta-p${each}`]),
          ),
          journalBucket: "beta-journal-1234567",
          backupVault: "beta-backups-1234567",
          backupRetentionDays: 30,
          backupRoleArn: "arn:aws:iam::123456789012:role/beta-backups",
          databaseArn: "arn:aws:rds:us-east-1:123456789012:db:beta-1234567",
        },
      },
      {
        urn: URN,
        type: "aws:lb/listener:Listener",
        outputs: {
          arn: LISTENER,
          defaultActions: [
            { type: "forward", forward: { targetGroups, stickiness: { enabled: false, duration: 1 } } },
          ],
        },
      },
    ],
  };
}

/** An engine that does nothing but remember, and a state that follows what `onUp` says. */
export function fakeEngine(onUp: (targets: readonly string[]) => void | Promise<void> = () => {}) {
  const ups: { targets: readonly string[]; message: string }[] = [];
  const engine: Engine & { state: Deployment; ups: typeof ups } = {
    ups,
    state: deployment(),
    async deployment() {
      return engine.state;
    },
    async up(targets, message) {
      ups.push({ targets, message });
      await onUp(targets);
    },
  };
  return engine;
}

/** A clock that sleeping moves on. */
export function fakeClock(start = Date.UTC(2026, 10, 21, 12, 0, 0)): Clock & { time: number } {
  const clock = {
    time: start,
    now: () => clock.time,
    async sleep(ms: number) {
      clock.time += ms;
    },
  };
  return clock;
}

/** What an API answers when it refuses. */
export function apiError(name: string, status: number, message = name): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status } });
}
