import { CreateDBInstanceCommand, DescribeDBInstancesCommand, RDSClient } from "@aws-sdk/client-rds";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { drillObjects } from "../../rollout/drill/drill-objects.ts";
import { outcomeOf } from "../../rollout/drill/record.ts";
import { AwsCopy, describeInstance } from "../../rollout/drill/restore/aws-copy.ts";
import { Objects } from "../../rollout/platforms/aws/journal/objects.ts";
import { Instances } from "../../rollout/restore/aws/instances.ts";
import { stageOf, swapTo } from "../../rollout/restore/aws/names.ts";
import { fakeClock } from "../rollout/aws/example.ts";
import { Moto, motoThere, skipped } from "./moto.ts";

// moto has no restore jobs of AWS Backup: those are tested with a mock (test/rollout/drill).

const SOURCE = "beta-1234567";
const COPY = `${SOURCE}-drill-20261121123000`;

describe.skipIf(!motoThere)(`${skipped}a database that goes back in time beside the live one`, () => {
  let moto: Moto;
  let rds: RDSClient;

  beforeAll(async () => {
    moto = await Moto.start();
    rds = new RDSClient({});
    await rds.send(
      new CreateDBInstanceCommand({
        DBInstanceIdentifier: SOURCE,
        DBInstanceClass: "db.t4g.medium",
        Engine: "postgres",
        AllocatedStorage: 20,
        MasterUsername: "app_beta",
        MasterUserPassword: "not-a-secret",
        StorageEncrypted: true,
      }),
    );
  });
  afterAll(() => moto?.stop());

  test("is made from the live one's own log, and is gone afterwards", async () => {
    const source = await describeInstance(rds, SOURCE);
    const copy = new AwsCopy(COPY, source!, { region: "us-east-1", clock: fakeClock() });
    await copy.atTime(Date.now() - 60_000);
    expect(await copy.describe()).toMatchObject({ Engine: "postgres", StorageEncrypted: true });
    await copy.remove();
    expect(await copy.describe()).toBeUndefined();
    const { DBInstances } = await rds.send(new DescribeDBInstancesCommand({}));
    expect(DBInstances?.map(({ DBInstanceIdentifier }) => DBInstanceIdentifier)).toEqual([SOURCE]);
  });

  test("takes the live one's name, which stays out of nobody's reach", async () => {
    const instances = new Instances(rds, fakeClock());
    const swap = swapTo(SOURCE, Date.now() - 60_000);
    const source = await instances.describe(SOURCE);
    await instances.restore(source!, swap.in, Date.now() - 60_000);
    expect(stageOf(swap, await instances.names(SOURCE))).toBe("ready");
    await instances.rename(SOURCE, swap.out);
    expect(stageOf(swap, await instances.names(SOURCE))).toBe("between");
    await instances.rename(swap.in, SOURCE);
    expect(stageOf(swap, await instances.names(SOURCE))).toBe("switched");
    expect(await instances.describe(SOURCE)).toMatchObject({
      StorageEncrypted: true,
      DBInstanceStatus: "available",
    });
    expect(await instances.describe(swap.out)).toMatchObject({
      InstanceCreateTime: source!.InstanceCreateTime,
    });
  });

  test("its records lie beside the journal, a line each", async () => {
    await new S3Client({}).send(new CreateBucketCommand({ Bucket: "records" }));
    const records = drillObjects(new Objects("us-east-1", "records"), "beta");
    expect(await records.read()).toEqual([]);
    const record = (startedAt: number) => ({
      version: 1 as const,
      id: `restore-${startedAt}`,
      drill: "restore",
      stack: "beta",
      on: "aws" as const,
      startedAt,
      endedAt: startedAt + 1,
      by: "test",
      outcome: outcomeOf([{ name: "restored", verdict: "unknown", details: "" }]),
      checks: [],
      figures: {},
      facts: {},
    });
    await Promise.all([1, 2, 3].map((each) => records.write(record(each))));
    expect((await records.read()).map(({ id }) => id)).toEqual(["restore-1", "restore-2", "restore-3"]);
  });
});
