import { clientSettings } from "../../../infra/aws-client.ts";
import { UserError } from "../../errors.ts";
import type { SmokeOptions } from "../../smoke/run.ts";
import { outputsOf } from "./deployment.ts";
import type { Engine } from "./engine.ts";

/**
 * The token that lets operators in during maintenance, from Secrets Manager.
 *
 * @throws when the stack has none, or this identity may not read it
 */
export function operatorTokenOf(engine: Engine, region: string): NonNullable<SmokeOptions["operatorToken"]> {
  return async () => {
    const { secretNames } = outputsOf(await engine.deployment());
    const { operatorToken: SecretId } = (secretNames ?? {}) as { operatorToken?: string };
    if (!SecretId) throw new UserError("the stack doesn't say where the operators' token is");
    const { GetSecretValueCommand, SecretsManagerClient } = await import("@aws-sdk/client-secrets-manager");
    const client = new SecretsManagerClient(clientSettings(region));
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId }));
    if (!SecretString) throw new UserError(`the secret ${SecretId} is empty`);
    return SecretString;
  };
}
