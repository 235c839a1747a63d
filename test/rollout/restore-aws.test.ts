import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from "@aws-sdk/client-auto-scaling";
import {
  type DBInstance,
  DescribeDBInstancesCommand,
  ModifyDBInstanceCommand,
  RDSClient,
  RestoreDBInstanceToPointInTimeCommand,
} from "@aws-sdk/client-rds";
import { mockClient } from "aws-sdk-client-mock";
import { afterAll, beforeEach, expect, it } from "vitest";
import type { Deployment } from "../../rollout/platforms/aws/deployment.ts";
import { stageOf, swapBack, swapTo } from "../../rollout/restore/aws/names.ts";
import { restoreOnAws } from "../../rollout/restore/aws/restore.ts";
import { databaseIn } from "../../rollout/restore/aws/state.ts";
import { apiError, deployment, fakeClock } from "./aws/example.ts";

const rds = mockClient(RDSClient);
const groups = mockClient(AutoScalingClient);
afterAll(() => {
  rds.restore();
  groups.restore();
});

const LIVE = "beta-1234567";
const AT = Date.UTC(2026, 10, 21, 9, 30);
const KEPT = `${LIVE}-before-20261121t093000`;
const URN = "urn:pulumi:beta::rollout::rollout:infra:Database$aws:rds/instance:Instance::beta-database";

/** RDS as far as it matters: names move, resource ids stay. `breakAt`: the call of that number fails, before or after it was done, and all after it. */
class FakeRds {
  readonly instances = new Map<string, DBInstance>();
  calls = 0;
  breakAt: { call: number; done: boolean } | undefined;

  constructor() {
    this.#put(LIVE, "db-OLD", {
      ...{ MultiAZ: true, DeletionProtection: true, BackupRetentionPeriod: 35, MonitoringInterval: 60 },
      DBSubnetGroup: { DBSubnetGroupName: "beta-database" },
      VpcSecurityGroups: [{ VpcSecurityGroupId: "sg-1" }],
      LatestRestorableTime: new Date(AT + 3600_000),
    });
    rds.on(DescribeDBInstancesCommand).callsFake(({ DBInstanceIdentifier: name }) =>
      this.#called(() => {
        if (name === undefined) return { DBInstances: [...this.instances.values()] };
        const found = this.instances.get(name);
        if (!found) throw apiError("DBInstanceNotFoundFault", 404);
        return { DBInstances: [found] };
      }),
    );
    rds
      .on(RestoreDBInstanceToPointInTimeCommand)
      .callsFake((input) => this.#called(() => this.#put(input.TargetDBInstanceIdentifier, "db-NEW", {})));
    rds.on(ModifyDBInstanceCommand).callsFake(({ DBInstanceIdentifier: name, NewDBInstanceIdentifier: to }) =>
      this.#called(() => {
        const found = this.instances.get(name)!;
        if (to === undefined) return;
        if (this.instances.has(to)) throw apiError("DBInstanceAlreadyExists", 400);
        this.instances.delete(name);
        this.#put(to, found.DbiResourceId!, found);
      }),
    );
  }

  #put(name: string, DbiResourceId: string, more: DBInstance): void {
    this.instances.set(name, {
      ...more,
      ...{ DBInstanceIdentifier: name, DbiResourceId, DBInstanceStatus: "available", Engine: "postgres" },
    });
  }

  #called<T>(work: () => T): T {
    const { call = Number.POSITIVE_INFINITY, done = false } = this.breakAt ?? {};
    const result = ++this.calls < call || (this.calls === call && done) ? work() : undefined;
    if (this.calls >= call) throw new Error("killed");
    return result!;
  }

  get ids(): Record<string, string> {
    return Object.fromEntries([...this.instances].map(([name, { DbiResourceId }]) => [name, DbiResourceId!]));
  }
}

let fake: FakeRds;
let state: Deployment;
beforeEach(() => {
  rds.reset();
  groups.reset();
  groups.on(DescribeAutoScalingGroupsCommand).resolves({ AutoScalingGroups: [] });
  fake = new FakeRds();
  state = stateOf("db-OLD");
});

/** As pulumi-aws has it: the id is RDS's own, not the name. */
function stateOf(resourceId: string): Deployment {
  const base = deployment();
  const inputs = { identifier: LIVE, protect: true };
  const outputs = {
    identifier: LIVE,
    resourceId,
    id: resourceId,
    arn: `arn:aws:rds:us-east-1:123456789012:db:${LIVE}`,
  };
  const database = {
    urn: URN,
    type: "aws:rds/instance:Instance",
    id: resourceId,
    protect: true,
    inputs,
    outputs,
  };
  return { ...base, resources: [...base.resources!, database] };
}

function restore(to: number | "back" = AT, confirmed = true) {
  return restoreOnAws({
    ...{ stack: "beta", projectDir: "/nowhere", to, say: () => {}, clock: fakeClock() },
    confirm: async () => confirmed,
    declared: { stable: "blue", smoke: [], schedules: [] },
    engine: {
      deployment: async () => state,
      replaceState: async (next) => {
        state = next;
      },
    },
  });
}

const stored = () => databaseIn(state, `arn:aws:rds:us-east-1:123456789012:db:${LIVE}`)!;

it("the restored instance takes the live one's name, and the stack's state stands for it", async () => {
  const before = structuredClone(stored());
  expect(await restore()).toMatchObject({ direction: "to", moment: AT, kept: KEPT });
  expect(fake.ids).toEqual({ [LIVE]: "db-NEW", [KEPT]: "db-OLD" });
  const { id, outputs, ...rest } = stored();
  expect({ id, resourceId: outputs?.resourceId }).toEqual({ id: "db-NEW", resourceId: "db-NEW" });
  // An `up` compares the inputs: with these it finds nothing to do.
  const { id: _, outputs: __, ...was } = before;
  expect(rest).toEqual(was);
  const [asked] = rds.commandCalls(RestoreDBInstanceToPointInTimeCommand);
  expect(asked!.args[0].input).toMatchObject({
    ...{
      DBSubnetGroupName: "beta-database",
      VpcSecurityGroupIds: ["sg-1"],
      MultiAZ: true,
      DeletionProtection: true,
    },
    RestoreTime: new Date(AT),
  });
  expect(rds.commandCalls(ModifyDBInstanceCommand)[0]!.args[0].input).toMatchObject({
    BackupRetentionPeriod: 35,
  });
});

it("gives the name back", async () => {
  await restore();
  expect(await restore("back")).toMatchObject({ direction: "back", kept: `${LIVE}-left-20261121t093000` });
  expect(fake.ids).toEqual({ [LIVE]: "db-OLD", [`${LIVE}-left-20261121t093000`]: "db-NEW" });
  expect(stored().id).toBe("db-OLD");
  await expect(restore("back")).rejects.toThrow("that is done");
});

it("changes nothing but the copy when it isn't confirmed, and goes on with that copy", async () => {
  expect(await restore(AT, false)).toBeUndefined();
  expect(fake.ids).toEqual({ [LIVE]: "db-OLD", [`${LIVE}-to-20261121t093000`]: "db-NEW" });
  expect(stored().id).toBe("db-OLD");
  await restore();
  expect(rds.commandCalls(RestoreDBInstanceToPointInTimeCommand)).toHaveLength(1);
});

it.each(["to", "back"] as const)(
  "killed at any call of the way %s, the same command goes on",
  async (direction) => {
    const to = direction === "to" ? AT : "back";
    const start = async () => {
      rds.reset();
      fake = new FakeRds();
      state = stateOf("db-OLD");
      if (to === "back") await restore();
      fake.calls = 0;
    };
    await start();
    await restore(to);
    const { calls, ids } = fake;
    const wanted = stored();
    expect(calls).toBeGreaterThan(8);
    for (let call = 1; call <= calls; call++)
      for (const done of [false, true]) {
        await start();
        fake.breakAt = { call, done };
        await expect(restore(to)).rejects.toThrow();
        fake.breakAt = undefined;
        // What was whole but for its last look is done.
        await restore(to).catch((error: Error) => expect(error.message).toContain("that is done"));
        expect(fake.ids, `call ${call}`).toEqual(ids);
        expect(stored(), `call ${call}`).toEqual(wanted);
      }
  },
);

it("refuses a moment that RDS can't reach, and a database that isn't the stack's own", async () => {
  await expect(restore(AT + 7200_000)).rejects.toThrow("at the latest");
  await expect(restore("back")).rejects.toThrow("nothing to go back to");
  state = deployment();
  await expect(restore()).rejects.toThrow("rollout:database.existing");
});

it("says when the names tell no story", () => {
  const swap = swapTo(LIVE, AT);
  expect(stageOf(swap, [LIVE])).toBe("missing");
  expect(stageOf(swap, [swap.in])).toBe("between");
  expect(() => stageOf(swap, [LIVE, swap.in, swap.out])).toThrow("can't be told");
  expect(swapBack(LIVE, [LIVE, `${LIVE}-before-1`, `${LIVE}-before-2`])).toMatchObject({
    in: `${LIVE}-before-2`,
  });
});
