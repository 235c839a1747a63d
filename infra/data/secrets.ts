import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

/** A secret in Secrets Manager. */
export interface AppSecret {
  /** Letters and digits only; a Pulumi secret: encrypted in the state, hidden in previews. */
  value: pulumi.Output<string>;
  arn: pulumi.Output<string>;
  name: pulumi.Output<string>;
}

/** What the app and its operators must know and nobody else: made at random, kept in Secrets Manager. */
export class AppSecrets extends pulumi.ComponentResource {
  /** 64 characters: signs the app's sessions. */
  readonly secretKey: AppSecret;
  /** Undefined where the database was there before. */
  readonly databasePassword: AppSecret | undefined;
  /** Undefined where the stack has no cache. */
  readonly cachePassword: AppSecret | undefined;
  /** Lets operators in while maintenance keeps everybody else out. */
  readonly operatorToken: AppSecret;

  constructor(
    name: string,
    args: { database: boolean; cache: boolean },
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("rollout:infra:AppSecrets", name, {}, opts);
    this.secretKey = madeSecret(`${name}-secret-key`, 64, "Signs the app's sessions", this);
    this.databasePassword = args.database
      ? madeSecret(`${name}-database-password`, 32, DATABASE_PASSWORD, this)
      : undefined;
    this.cachePassword = args.cache
      ? madeSecret(`${name}-cache-password`, 32, "The app's password at Redis", this)
      : undefined;
    this.operatorToken = madeSecret(`${name}-operator-token`, 32, "Lets operators pass maintenance", this);
    this.registerOutputs({
      secretKey: this.secretKey.arn,
      databasePassword: this.databasePassword?.arn,
      cachePassword: this.cachePassword?.arn,
      operatorToken: this.operatorToken.arn,
    });
  }
}

/** What the password of a database is for. */
export const DATABASE_PASSWORD = "The app's password at PostgreSQL";

/** A secret that is made here. @param length in letters and digits */
export function madeSecret(
  name: string,
  length: number,
  description: string,
  parent: pulumi.Resource,
): AppSecret {
  const child = { parent };
  // No punctuation: the value stands in URLs, and RDS and ElastiCache refuse some of it.
  const password = new random.RandomPassword(name, { length, special: false }, child);
  const secret = new aws.secretsmanager.Secret(name, { description, recoveryWindowInDays: 7 }, child);
  const value = pulumi.secret(password.result);
  const version = new aws.secretsmanager.SecretVersion(
    name,
    { secretId: secret.id, secretString: value },
    child,
  );
  // Known only with the version: who uses the ARN starts after there is a value to read.
  const arn = pulumi.all([secret.arn, version.id]).apply(([known]) => known);
  return { value, arn, name: secret.name };
}
