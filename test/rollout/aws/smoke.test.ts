import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { mockClient } from "aws-sdk-client-mock";
import { afterAll, afterEach, expect, test } from "vitest";
import { operatorTokenOf } from "../../../rollout/platforms/aws/smoke.ts";
import { fakeEngine } from "./example.ts";

const secrets = mockClient(SecretsManagerClient);
afterEach(() => secrets.reset());
afterAll(() => secrets.restore());

function engineWith(secretNames: Record<string, string> | undefined) {
  const engine = fakeEngine();
  engine.state.resources![0]!.outputs!.secretNames = secretNames;
  return engine;
}

test("the operators' token lies where the stack's outputs say", async () => {
  secrets
    .on(GetSecretValueCommand, { SecretId: "beta-operator-token-1" })
    .resolves({ SecretString: "token" });
  const read = operatorTokenOf(engineWith({ operatorToken: "beta-operator-token-1" }), "us-east-1");
  expect(await read()).toBe("token");
});

test("a stack that doesn't say has none to show", async () => {
  await expect(operatorTokenOf(engineWith(undefined), "us-east-1")()).rejects.toThrow(
    "the stack doesn't say where the operators' token is",
  );
});
