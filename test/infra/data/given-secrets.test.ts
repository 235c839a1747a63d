import { expect, it } from "vitest";
import { GivenSecrets } from "../../../infra/data/given-secrets.ts";
import { Hidden } from "../../../infra/settings/secrecy/hidden.ts";
import { record } from "../../support/mocks.ts";

const MAIL = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:mail-AbCdEf";
const KEY = "arn:aws:kms:eu-west-1:123456789012:key/0123";

const recorded = (given: ConstructorParameters<typeof GivenSecrets>[1]) =>
  record(
    () => {
      const { places, arns, kmsKeys, secretName } = new GivenSecrets("beta", given);
      return { places, arns, kmsKeys, secretName };
    },
    {
      invokes: {
        "aws:secretsmanager/getSecretVersions:getSecretVersions": ({ secretId, region }) => ({
          versions: [
            { versionId: "old", versionStages: ["AWSPREVIOUS"] },
            { versionId: `now of ${secretId} in ${region}`, versionStages: ["AWSCURRENT"] },
          ],
        }),
      },
    },
  );

it("keeps all values of the config as one secret, marked as such all the way", async () => {
  const recording = await recorded({ B_KEY: new Hidden("canary-b"), A_KEY: new Hidden("canary-a") });
  expect(recording.one("aws:secretsmanager/secret:Secret").inputs).toMatchObject({ recoveryWindowInDays: 7 });
  expect(recording.one("aws:secretsmanager/secretVersion:SecretVersion").inputs).toEqual({
    secretId: "${beta-app.id}",
    secretString: { secret: '{"A_KEY":"canary-a","B_KEY":"canary-b"}' },
  });
  expect(recording.outputs).toEqual({
    places: {
      A_KEY: { arn: "${beta-app.arn}", version: "${beta-app.versionId}", key: "A_KEY" },
      B_KEY: { arn: "${beta-app.arn}", version: "${beta-app.versionId}", key: "B_KEY" },
    },
    arns: ["${beta-app.arn}"],
    kmsKeys: [],
    secretName: "${beta-app.name}",
  });
});

it("names what is kept elsewhere, and which version of it is current there", async () => {
  const recording = await recorded({
    MAIL_USER: { from: MAIL, key: "user", kmsKey: KEY },
    MAIL_WORD: { from: MAIL, key: "word", kmsKey: KEY },
  });
  expect(recording.of("aws:secretsmanager/secret:Secret")).toEqual([]);
  const version = `now of ${MAIL} in eu-west-1`;
  expect(recording.outputs).toEqual({
    places: {
      MAIL_USER: { arn: MAIL, version, key: "user" },
      MAIL_WORD: { arn: MAIL, version, key: "word" },
    },
    arns: [MAIL],
    kmsKeys: [KEY],
  });
});

it("makes nothing where nothing is given", async () => {
  const recording = await recorded({});
  expect(recording.resources.filter(({ custom }) => custom)).toEqual([]);
});
