import { CREDENTIALS } from "../../../../infra/host/environment.ts";
import { given } from "../../../../infra/sure.ts";
import type { Graph, Reference } from "../../../graph/model.ts";
import { byUrn, ofType, referred } from "../../../graph/resources.ts";
import { isReference, type Resolve } from "../../../graph/text.ts";
import { TYPES } from "../../../graph/types.ts";
import { RehearsalError } from "../machine/errors.ts";
import { EXISTING } from "./database-in.ts";

/**
 * Host names that stand for the database and the cache in what the servers are told. Where each listens here is known
 * only when it is started; then `database.rehearsal:5432` becomes `127.0.0.1:PORT`, as a name service would do.
 */
export const DATABASE = "database.rehearsal:5432";
export const CACHE = "cache.rehearsal:6379";
/** The servers' own name for AppConfig's agent beside them (infra/host/environment.ts). */
export const AGENT = "appconfig-agent:2772";
/** Where the servers hand the app its credentials. */
export const CREDENTIALS_AT = `${CREDENTIALS.host}:${CREDENTIALS.port}`;

/**
 * What each reference of the graph is on this machine: a generated password, the database's address, a secret's local
 * name. What the cloud alone can know gets a name that says whose it is.
 *
 * @param passwords the text of each RandomPassword by its urn
 */
export function localResolver(graph: Graph, passwords: Record<string, string>): Resolve {
  const known = byUrn(graph);
  return ({ urn, property }) => {
    // What the cloud would be asked for: a zone, a version.
    if (urn.startsWith("invoke:")) return `${urn}.${property}`;
    if (urn === EXISTING) return given(passwords[urn], "password of the database");
    const resource = known.get(urn);
    if (!resource) throw new RehearsalError(`the graph refers to ${urn}, which isn't in it`);
    if (resource.type === TYPES.password && property === "result") {
      const password = passwords[urn];
      if (password === undefined) throw new RehearsalError(`no password was made for ${resource.name}`);
      return password;
    }
    if (resource.type === TYPES.database)
      return partOf(DATABASE, property) ?? unknown(resource.name, property);
    if (resource.type === TYPES.cache) return partOf(CACHE, property) ?? unknown(resource.name, property);
    if (resource.type === TYPES.bucket && property !== "arn") return resource.name;
    const input = resource.inputs[property];
    return typeof input === "string" ? input : unknown(resource.name, property);
  };
}

function partOf(place: string, property: string): string | undefined {
  const [host, port] = place.split(":");
  if (/^(address|hostName|(primary|configuration)EndpointAddress)$/.test(property)) return host;
  if (property === "port") return port;
  return property === "endpoint" ? place : undefined;
}

function unknown(name: string, property: string): string {
  return `${name}.${property}`;
}

/**
 * The local Secrets Manager: what lies in each secret, by the text that {@link localResolver} gives for its ARN.
 */
export function secretTexts(graph: Graph, resolve: Resolve): Record<string, string> {
  const texts: Record<string, string> = {};
  const known = byUrn(graph);
  for (const version of ofType(graph, TYPES.secretVersion)) {
    const secret = referred(graph, version.inputs.secretId, TYPES.secret);
    const held = version.inputs.secretString as { $secret?: unknown[] } | undefined;
    const inner = held?.$secret?.[0];
    // What the config gives the app, encrypted, isn't to be had here: see app-secrets.ts.
    if (!secret || !isReference(inner as never) || !known.has((inner as Reference).$ref.urn)) continue;
    texts[resolve({ urn: secret.urn, property: "arn" })] = resolve((inner as Reference).$ref);
  }
  return texts;
}
