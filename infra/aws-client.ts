/**
 * What every client of the AWS SDK is made with. Credentials, endpoints and retries (standard mode, three attempts) are
 * the SDK's own: its environment variables and files say otherwise, such as `AWS_ENDPOINT_URL`.
 *
 * Without time limits a call may wait for ever, and a rollout with it.
 */
export function clientSettings(region: string) {
  return {
    region,
    requestHandler: { connectionTimeout: 5_000, requestTimeout: 20_000, throwOnRequestTimeout: true },
  };
}
