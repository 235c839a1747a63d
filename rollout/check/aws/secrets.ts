import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { clientSettings } from "../../../infra/aws-client.ts";
import { type SecretFacts, strengthOf } from "../checks/secrets.ts";
import type { StackState } from "./state.ts";

/** The stack's secrets: how strong each is and when it was changed. The texts are measured and forgotten. */
export async function readSecrets(state: StackState, region: string): Promise<SecretFacts[]> {
  const names = state.output("secretNames") as Record<string, string>;
  const client = new SecretsManagerClient(clientSettings(region));
  return Promise.all(Object.entries(names).map(([name, id]) => readSecret(client, name, id)));
}

async function readSecret(
  client: SecretsManagerClient,
  name: string,
  SecretId: string,
): Promise<SecretFacts> {
  try {
    const about = await client.send(new DescribeSecretCommand({ SecretId }));
    // One that is to be deleted can't be read any more.
    if (about.DeletedDate) return { name, strength: undefined };
    const { SecretString = "" } = await client.send(new GetSecretValueCommand({ SecretId }));
    const changedAt = about.LastChangedDate?.getTime();
    return {
      name,
      strength: strengthOf(SecretString),
      ...(changedAt !== undefined && { changedAt }),
      rotates: about.RotationEnabled === true,
    };
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return { name, strength: undefined };
    throw error;
  }
}
