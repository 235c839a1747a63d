import {
  type Action,
  DescribeListenersCommand,
  ElasticLoadBalancingV2Client,
  ModifyListenerCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { clientSettings } from "../../../../infra/aws-client.ts";
import { UserError } from "../../../errors.ts";
import type { Forward } from "./split.ts";

/** The HTTPS listener as the ELB API knows it: where the real weights are. */
export class Listener {
  readonly #client: ElasticLoadBalancingV2Client;
  readonly #arn: string;

  constructor(region: string, arn: string) {
    this.#client = new ElasticLoadBalancingV2Client(clientSettings(region));
    this.#arn = arn;
  }

  /** @throws when it can't be read, or doesn't forward: the real weights are then unknown */
  async read(): Promise<Forward> {
    const { Listeners = [] } = await this.#client.send(
      new DescribeListenersCommand({ ListenerArns: [this.#arn] }),
    );
    const actions = Listeners[0]?.DefaultActions;
    if (!actions) throw new UserError(`the balancer doesn't tell what its listener does: ${this.#arn}`);
    return splitIn(actions);
  }

  /** Takes effect in seconds; connections that stand go on to the end of their request. */
  async set(split: Forward): Promise<void> {
    await this.#client.send(
      new ModifyListenerCommand({ ListenerArn: this.#arn, DefaultActions: [actionOf(split)] }),
    );
  }
}

/** @throws {UserError} for anything but one forward action */
export function splitIn(actions: readonly Action[]): Forward {
  const forward = actions.filter(({ Type }) => Type === "forward");
  const [action] = forward;
  if (!action || actions.length !== 1) {
    throw new UserError(
      `the listener's default action is ${actions.map(({ Type }) => Type).join(", ") || "missing"}, not forward: somebody changed it`,
    );
  }
  const { TargetGroups } = action.ForwardConfig ?? {};
  // AWS keeps the short form of a listener that was made with one target group.
  const groups = TargetGroups ?? [{ TargetGroupArn: action.TargetGroupArn }];
  return {
    groups: groups.map(({ TargetGroupArn = "", Weight = 1 }) => ({ arn: TargetGroupArn, weight: Weight })),
  };
}

export function actionOf({ groups }: Forward): Action {
  return {
    Type: "forward",
    ForwardConfig: {
      TargetGroups: groups.map(({ arn, weight }) => ({ TargetGroupArn: arn, Weight: weight })),
      // Always told: what isn't keeps its old value.
      TargetGroupStickinessConfig: { Enabled: false, DurationSeconds: 1 },
    },
  };
}
