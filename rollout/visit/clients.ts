import { UserError } from "../errors.ts";
import type { StoreName } from "./visited.ts";

/** The variable of the app that says where a store is. */
export const URL_OF: Record<StoreName, string> = { database: "DATABASE_URL", cache: "REDIS_URL" };
export const CLIENT_OF: Record<StoreName, string> = { database: "psql", cache: "redis-cli" };

export interface Login {
  words: string[];
  /** The password goes here: among a command's words every user of the machine could read it. */
  env: Record<string, string>;
}

/**
 * How a store's usual client is called to log in as the app does, over TLS with the certificate checked.
 *
 * @param env the app's variables
 * @throws {UserError} when the app has no such store
 */
export function loginTo(store: StoreName, env: Readonly<Record<string, string>>): Login {
  const url = URL.parse(env[URL_OF[store]] ?? "");
  if (!url) throw new UserError(`the app has no ${store}: its ${URL_OF[store]} is empty`);
  const password = decodeURIComponent(url.password);
  if (store === "database") {
    url.password = "";
    return { words: [CLIENT_OF.database, url.href], env: { PGPASSWORD: password } };
  }
  return {
    words: [
      CLIENT_OF.cache,
      ...["-h", url.hostname, "-p", url.port || "6379", "-n", url.pathname.slice(1) || "0"],
      ...(url.username ? ["--user", decodeURIComponent(url.username)] : []),
      ...(url.protocol === "rediss:"
        ? ["--tls", ...(env.SSL_CERT_FILE ? ["--cacert", env.SSL_CERT_FILE] : [])]
        : []),
    ],
    env: { REDISCLI_AUTH: password },
  };
}
