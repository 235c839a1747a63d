import { AGENT, CACHE, CREDENTIALS_AT, DATABASE } from "./resolver.ts";

export interface Here {
  /** The folder that takes the place of `/etc/rollout`. */
  etc: string;
  databasePort: number;
  /** Absent where there is no cache. */
  cachePort?: number | undefined;
  /** AppConfig's agent; absent where no flags are served. */
  flagsPort?: number | undefined;
  /** Where the app gets its credentials; absent where it is given nothing of AWS. */
  credentialsPort?: number | undefined;
}

/**
 * The application's environment file as a server here has it: secrets in place of `@@name@@`, the addresses of the
 * database, the cache and the flags here, paths in this server's folder.
 *
 * @param template lines `KEY=value`, empty lines and `#` comments
 * @param secrets the texts by name
 * @throws {Error} on a placeholder that no secret fills
 */
export function environmentOf(
  template: string,
  secrets: Record<string, string>,
  here: Here,
): Record<string, string> {
  const pairs = template
    .split("\n")
    .filter((line) => line.trim() && !line.startsWith("#"))
    .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)] as const);
  return Object.fromEntries(pairs.map(([key, value]) => [key, filled(value, secrets, here)]));
}

function filled(value: string, secrets: Record<string, string>, here: Here): string {
  return value
    .replaceAll(/@@([a-z0-9-]+)@@/g, (_, name: string) => {
      const text = secrets[name];
      if (text === undefined)
        throw new Error(`the environment file asks for a secret that isn't there: ${name}`);
      return text;
    })
    .replaceAll(DATABASE, `127.0.0.1:${here.databasePort}`)
    .replaceAll(CACHE, here.cachePort ? `127.0.0.1:${here.cachePort}` : CACHE)
    .replaceAll(AGENT, here.flagsPort ? `127.0.0.1:${here.flagsPort}` : AGENT)
    .replaceAll(CREDENTIALS_AT, here.credentialsPort ? `127.0.0.1:${here.credentialsPort}` : CREDENTIALS_AT)
    .replaceAll("/etc/rollout/", `${here.etc}/`);
}

/** As the file on a server looks. */
export function environmentText(environment: Record<string, string>): string {
  return Object.entries(environment)
    .map(([key, value]) => `${key}=${value}\n`)
    .join("");
}
