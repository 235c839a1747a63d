import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import * as components from "../../components/index.ts";
import { providerOf } from "../../components/provider.ts";
import { record } from "../support/mocks.ts";
import { ROOT } from "../support/sample.ts";

const schema = JSON.parse(readFileSync(join(ROOT, "components/rollout.schema.json"), "utf8"));
const provider = providerOf("1.2.3", schema, components);

test("the provider tells the schema with the package's version", () => {
  expect(JSON.parse(provider.schema ?? "")).toEqual({ ...schema, version: "1.2.3" });
});

test("it makes a component by its type, and tells each output that the schema names", async () => {
  const { outputs, resources } = await record(async () => {
    const made = await provider.construct!(
      "shop",
      "rollout:index:Alerts",
      { email: ["duty@shop.example.com"] },
      {},
    );
    return { ...made.state, urn: pulumi.output(made.urn) };
  });
  expect(outputs).toEqual({
    urn: expect.stringContaining("rollout:index:Alerts::shop"),
    ...Object.fromEntries(["p1", "p2", "p3", "p4"].map((each) => [each, `\${shop-${each}.arn}`])),
    keyArn: "${shop-alerts.arn}",
  });
  expect(resources.map(({ type }) => type)).toContain("rollout:index:Alerts");
});

test("it refuses a type that it doesn't have", async () => {
  await expect(provider.construct!("shop", "rollout:index:Cache", {}, {})).rejects.toThrow(
    "there is no member rollout:index:Cache",
  );
});
