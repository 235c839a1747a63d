import { expect, it } from "vitest";
import { AppSecrets } from "../../../infra/data/secrets.ts";
import { record } from "../../support/mocks.ts";

const recorded = () =>
  record(() => {
    const secrets = new AppSecrets("beta", { database: true, cache: true });
    return { value: secrets.secretKey.value, arn: secrets.secretKey.arn, name: secrets.secretKey.name };
  });

it("makes a key of 64 letters and digits, and passwords of 32", async () => {
  const passwords = (await recorded()).of("random:index/randomPassword:RandomPassword");
  expect(Object.fromEntries(passwords.map(({ name, inputs }) => [name, inputs]))).toEqual({
    "beta-secret-key": { length: 64, special: false },
    "beta-database-password": { length: 32, special: false },
    "beta-cache-password": { length: 32, special: false },
    "beta-operator-token": { length: 32, special: false },
  });
});

it("keeps each in Secrets Manager, marked as a secret all the way", async () => {
  const recording = await recorded();
  for (const name of ["secret-key", "database-password", "cache-password", "operator-token"]) {
    expect(recording.one("aws:secretsmanager/secretVersion:SecretVersion", `beta-${name}`).inputs).toEqual({
      secretId: `\${beta-${name}.id}`,
      secretString: { secret: `\${beta-${name}.result}` },
    });
  }
  expect(recording.outputs.value).toEqual({ secret: "${beta-secret-key.result}" });
});

it("hands out the name and an ARN that exists only once there is a value", async () => {
  const { outputs } = await recorded();
  expect(outputs).toMatchObject({ arn: "${beta-secret-key.arn}", name: "${" + "beta-secret-key.name}" });
});
