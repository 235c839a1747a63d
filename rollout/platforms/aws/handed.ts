import { TYPES } from "../../graph/types.ts";
import type { Deployment, StateResource } from "./deployment.ts";
import type { Objects } from "./journal/objects.ts";

/** What a controller without Pulumi has of a stack: all that a rollout's steps need, and no secret's text. */
export interface Handed {
  /** The rollout for which it was laid down. */
  rollout: string;
  /** Pulumi.yaml and the stack's own file, by path: what the weights are to be stands there. */
  files: Record<string, string>;
  /** As the last `up` recorded it, and since then the controller. */
  deployment: Deployment;
  /** What each track's servers run: 12 hex digits. */
  versions: Record<string, string>;
}

/** Outputs of the stack that its {@link StackFacts} and the operators' token are read from. */
const OUTPUTS = [
  ...[
    "url",
    "listenerArn",
    "targetGroupArns",
    "servers",
    "trackAlarmArns",
    "releaseDocument",
    "journalBucket",
  ],
  ...[
    "alertTopicArns",
    "dashboardUrl",
    "backupVault",
    "backupRoleArn",
    "databaseArn",
    "backupRetentionDays",
    "secretNames",
    "secondsLogGroup",
  ],
];

/** Of each resource what a rollout reads; the rest of a state may hold secrets. */
const KEPT: Record<string, readonly string[]> = {
  [TYPES.stack]: OUTPUTS,
  [TYPES.listener]: ["arn", "defaultActions"],
  [TYPES.listenerRule]: ["arn", "listenerArn", "priority", "conditions", "actions"],
  [TYPES.parameter]: ["name"],
};

export function pared({ resources = [] }: Deployment): Deployment {
  return {
    resources: resources.flatMap(({ urn, type, outputs = {} }): StateResource[] => {
      const names = KEPT[type];
      if (!names) return [];
      const kept = names.filter((name) => name in outputs).map((name) => [name, outputs[name]]);
      return [{ urn, type, outputs: Object.fromEntries(kept) }];
    }),
  };
}

/** Where it is: beside the journal. One writer at a time, as whoever writes has the lease. */
export class HandedStore {
  readonly #objects: Objects;
  readonly #key: string;
  #etag: string | null = null;

  constructor(objects: Objects, stack: string) {
    this.#objects = objects;
    this.#key = `${stack}/handed.json`;
  }

  /** @returns undefined when nothing was ever handed over */
  async read(): Promise<Handed | undefined> {
    const found = await this.#objects.read(this.#key);
    this.#etag = found?.etag ?? null;
    return found && JSON.parse(found.text);
  }

  /** @throws {Overtaken} when somebody else has written since it was read */
  async write(handed: Handed): Promise<void> {
    this.#etag = await this.#objects.write(this.#key, JSON.stringify(handed), this.#etag);
  }
}
