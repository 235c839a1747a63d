import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { SecretPlace } from "../host/host.ts";
import { Hidden } from "../settings/secrecy/hidden.ts";
import type { Settings } from "../settings/settings.ts";
import { nth } from "../sure.ts";

/**
 * What the team gives its app to keep to itself (`app.secrets`).
 *
 * All values of the config are one secret, a JSON object by the variables' names: each secret of its own would cost 0.40
 * dollars a month and a call at every boot, the same role reads them all, and servers get those of one moment together.
 * What AWS is to rotate is kept elsewhere and named by its ARN.
 *
 * Servers read what is current when they start. So that a changed one replaces them, they are told the version's id, which
 * says nothing of the value. Of a secret that is kept elsewhere it is looked up, without the value, at each preview.
 */
export class GivenSecrets extends pulumi.ComponentResource {
  /** By the variable's name; known once there is a value to read. */
  readonly places: pulumi.Output<Record<string, SecretPlace>>;
  readonly arns: pulumi.Input<string>[];
  /** The keys that some are encrypted with, where these aren't Secrets Manager's own. */
  readonly kmsKeys: string[];
  /** Of the values of the config; undefined where there are none. */
  readonly secretName: pulumi.Output<string> | undefined;

  constructor(name: string, given: Settings["app"]["secrets"], opts?: pulumi.ComponentResourceOptions) {
    super("rollout:infra:GivenSecrets", name, {}, opts);
    const values: Record<string, string> = {};
    const elsewhere: Elsewhere[] = [];
    for (const [variable, source] of Object.entries(given).sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (source instanceof Hidden) values[variable] = source.reveal();
      else elsewhere.push({ variable, ...source });
    }
    const own = Object.keys(values).length > 0 ? this.#keep(`${name}-app`, values) : undefined;
    this.secretName = own?.secretName;
    this.places = pulumi.output({ ...own?.places, ...this.#lookUp(elsewhere) });
    this.arns = [...(own ? [own.arn] : []), ...new Set(elsewhere.map(({ from }) => from))];
    this.kmsKeys = [...new Set(elsewhere.flatMap(({ kmsKey }) => kmsKey ?? []))];
    this.registerOutputs({ places: this.places });
  }

  #keep(name: string, values: Record<string, string>) {
    const child = { parent: this };
    const secret = new aws.secretsmanager.Secret(
      name,
      { description: "What the app is given to keep to itself", recoveryWindowInDays: 7 },
      child,
    );
    const version = new aws.secretsmanager.SecretVersion(
      name,
      { secretId: secret.id, secretString: pulumi.secret(JSON.stringify(values)) },
      child,
    );
    const places = Object.fromEntries(
      Object.keys(values).map((key) => [key, { arn: secret.arn, version: version.versionId, key }]),
    );
    return { arn: secret.arn, secretName: secret.name, places };
  }

  #lookUp(elsewhere: Elsewhere[]) {
    return Object.fromEntries(
      elsewhere.map(({ variable, from, key }) => {
        const { versions } = aws.secretsmanager.getSecretVersionsOutput(
          { secretId: from, region: nth(from.split(":"), 3) },
          { parent: this },
        );
        const current = versions.apply(
          (all) => all.find(({ versionStages }) => versionStages.includes("AWSCURRENT"))?.versionId ?? "none",
        );
        return [variable, { arn: from, version: current, ...(key !== undefined && { key }) }];
      }),
    );
  }
}

interface Elsewhere {
  variable: string;
  from: string;
  key?: string | undefined;
  kmsKey?: string | undefined;
}
