import { createHash } from "node:crypto";
import { ASSETS, type AssetsOrder } from "../../../../infra/host/assets/assets.ts";
import { APP_SECRETS, DATABASE_QUERY, placeholder } from "../../../../infra/host/environment.ts";
import { MIGRATE } from "../../../../infra/host/migration.ts";
import type { Graph, GraphResource, Value } from "../../../graph/model.ts";
import { ofType, referred } from "../../../graph/resources.ts";
import { serverFilesOf } from "../../../graph/server-files.ts";
import { type Resolve, referencesIn, textOf } from "../../../graph/text.ts";
import { targetGroupsOf } from "../../../graph/tracks.ts";
import { TYPES } from "../../../graph/types.ts";
import { RehearsalError } from "../machine/errors.ts";
import type { SecretsHere } from "./app-secrets.ts";
import { existingIn } from "./database-in.ts";
import { type BackupPlan, backupPlan } from "./describe-backups.ts";
import { type CachePlan, cachePlan } from "./describe-cache.ts";
import { type DatabasePlan, databasePlan } from "./describe-database.ts";
import { type FlagsPlan, flagsPlan } from "./describe-flags.ts";
import { commandsOf, type ProcessPlan, processPlans } from "./describe-processes.ts";
import { type StoragePlan, storagePlan } from "./describe-storage.ts";
import { numberOf, referredOrFail } from "./lookup.ts";
import { DATABASE, secretTexts } from "./resolver.ts";
import { type WrittenFile, writtenFiles } from "./written-files.ts";

/** What a captured stack asks this machine to run. Data only: the same graph gives the same plan. */
export interface StackPlan {
  stack: string;
  domain: string;
  /** Others that lead to it. */
  furtherNames: string[];
  /** How long the application may take to start, and to end. */
  startSeconds: number;
  stopSeconds: number;
  /** The weights of the config, in whole percent by track. */
  weights: Record<string, number>;
  /** Absent when the stack deploys none. */
  flags?: FlagsPlan | undefined;
  /** Sorted by name. */
  tracks: TrackPlan[];
  database: DatabasePlan;
  /** Absent when the stack has none. */
  cache?: CachePlan | undefined;
  /** Absent when the app is given nothing of AWS. */
  storage?: StoragePlan | undefined;
  /** What the app runs besides its servers, and where now. */
  processes: ProcessPlan[];
  /** Absent when the stack plans none. */
  backups?: BackupPlan | undefined;
  /** Whether the stack has a controller of its own. */
  controlled: boolean;
}

export interface TrackPlan {
  name: string;
  servers: number;
  /** The command that takes the container's place; `{node}` stands for the running Node, `{host}` and `{port}` for where it listens. */
  command: string[];
  /** Where it is started, from the project's folder. */
  folder: string;
  /** Of the folder's repository, checked out beside it. */
  revision?: string | undefined;
  /** What starts each of the app's processes, by name. */
  commands: Record<string, string[]>;
  /** Changes when what a server is made of changes (launch template, command): the cue to replace servers. */
  version: string;
  targetGroupUrn: string;
  /** What the servers get under `/etc/nginx`, by path from there, byte for byte. */
  nginxFiles: Record<string, string>;
  /** What a page of this version asks for, and where its files are. */
  assets: AssetsOrder["assets"];
  /** `KEY=value` lines with `@@name@@` where a secret goes. */
  environment: string;
  /** The script that changes the database for this version; undefined: none is configured. */
  migration?: string | undefined;
  /** Whether a server of this version needs the database migrated before it serves. */
  migrates: boolean;
  /** The secrets' texts by the name between the `@@`. */
  secrets: Record<string, string>;
  /** The app's own secrets by the variable's name. */
  appSecrets: Record<string, string>;
}

/** Gives the app's own secrets by their variables' names. */
export type GiveSecrets = (names: readonly string[]) => SecretsHere;

const ENVIRONMENT = "/etc/rollout/app.env.template";
const SECRETS = "/etc/rollout/secrets";
const NGINX = "/etc/nginx/";
const APP_UNIT = "/etc/systemd/system/rollout-app.service";

/**
 * Reads the plan off a captured stack.
 *
 * @param resolve what each reference is on this machine (see resolver.ts)
 * @param give the app's own secrets, which aren't in the graph
 * @throws {RehearsalError} that names what the graph lacks
 */
export function describe(graph: Graph, resolve: Resolve, give: GiveSecrets): StackPlan {
  const secrets = secretTexts(graph, resolve);
  const [anyTrack] = targetGroupsOf(graph);
  const database = databasePlan(graph, resolve);
  const instead = existingIn(graph) ? leadingTo(database) : undefined;
  return {
    stack: graph.stack,
    domain: new URL(textOf(graph.outputs.url, resolve)).hostname,
    furtherNames: ofType(graph, TYPES.certificate).flatMap(({ inputs }) =>
      ((inputs.subjectAlternativeNames ?? []) as Value[]).map(String),
    ),
    startSeconds: secondsOf(graph, "startSeconds"),
    stopSeconds: secondsOf(graph, "stopSeconds"),
    flags: flagsPlan(graph),
    weights: (graph.outputs.weights ?? {}) as Record<string, number>,
    database,
    cache: cachePlan(graph, resolve),
    storage: anyTrack && storagePlan(graph, filesOf(graph, ...anyTrack, resolve)),
    processes: processPlans(graph),
    controlled: graph.outputs.controller !== undefined,
    backups: backupPlan(graph),
    tracks: [...targetGroupsOf(graph)].map(([name, urn]) =>
      trackPlan(graph, name, urn, resolve, secrets, give, instead),
    ),
  };
}

function trackPlan(
  graph: Graph,
  name: string,
  targetGroupUrn: string,
  resolve: Resolve,
  secrets: Record<string, string>,
  give: GiveSecrets,
  instead?: Instead,
): TrackPlan {
  const group = groupOf(graph, name, targetGroupUrn);
  const template = templateOf(graph, group);
  const files = filesOf(graph, name, targetGroupUrn, resolve);
  const given = namesIn(files.find(({ path }) => path === APP_SECRETS)?.content ?? "");
  const own = give(instead ? given.filter((variable) => variable !== instead.variable) : given);
  const { command, folder, revision } = appOf(graph, name);
  const commands = commandsOf(graph, name);
  return {
    name,
    command,
    folder,
    ...(revision !== undefined && { revision }),
    commands,
    servers: numberOf(group.inputs.desiredCapacity) ?? numberOf(group.inputs.minSize) ?? 1,
    version: digest([template.inputs, command, folder, own.version, commands]),
    targetGroupUrn,
    nginxFiles: Object.fromEntries(
      files
        .filter(({ path }) => path.startsWith(NGINX))
        .map(({ path, content }) => [path.slice(NGINX.length), content]),
    ),
    assets: assetsOf(files),
    environment:
      contentOf(files, ENVIRONMENT, name) + (instead ? `${instead.variable}=${instead.value}\n` : ""),
    migration: files.find(({ path }) => path === MIGRATE)?.content,
    migrates: files.some(
      ({ path, content }) => path === APP_UNIT && content.includes(`ExecStartPre=${MIGRATE}\n`),
    ),
    secrets: { ...secretsOf(contentOf(files, SECRETS, name), secrets, name), ...instead?.secrets },
    appSecrets: own.texts,
  };
}

/** A variable that leads elsewhere here, in place of a secret of the app's. */
interface Instead {
  variable: string;
  /** With `@@name@@` where a secret goes. */
  value: string;
  secrets: Record<string, string>;
}

/** What leads the app to the database here, where a secret leads it to one that is there already. */
function leadingTo({ name, username, password }: DatabasePlan): Instead {
  const secret = "database-password";
  return {
    variable: "DATABASE_URL",
    value: `postgresql://${username}:${placeholder(secret)}@${DATABASE}/${name}?${DATABASE_QUERY}`,
    secrets: { [secret]: password },
  };
}

function filesOf(graph: Graph, name: string, targetGroupUrn: string, resolve: Resolve): WrittenFile[] {
  const template = templateOf(graph, groupOf(graph, name, targetGroupUrn));
  return writtenFiles(serverFilesOf(graph, template, resolve));
}

function templateOf(graph: Graph, group: GraphResource): GraphResource {
  return (
    referred(graph, group.inputs.launchTemplate, TYPES.launchTemplate) ??
    referredOrFail(graph, group, "mixedInstancesPolicy", TYPES.launchTemplate)
  );
}

function groupOf(graph: Graph, track: string, targetGroupUrn: string): GraphResource {
  const group = ofType(graph, TYPES.autoscalingGroup).find(({ inputs }) =>
    referencesIn(inputs.targetGroupArns ?? inputs.trafficSources).some(({ urn }) => urn === targetGroupUrn),
  );
  if (!group)
    throw new RehearsalError(`track ${track} has no autoscaling group that serves its target group`);
  return group;
}

interface Rehearsed {
  command?: Value[];
  folder?: string;
  revision?: string;
}

function appOf(graph: Graph, track: string): { command: string[]; folder: string; revision?: string } {
  const { tracks, ...all } = (graph.outputs.rehearsal ?? {}) as Rehearsed & {
    tracks?: Record<string, Rehearsed>;
  };
  const { command, folder = ".", revision } = { ...all, ...tracks?.[track] };
  if (Array.isArray(command) && command.length > 0)
    return { command: command.map(String), folder, ...(revision && { revision }) };
  throw new RehearsalError(
    "the stack has no output rehearsal.command: what runs the application here is unknown",
  );
}

function secondsOf(graph: Graph, name: string): number {
  const seconds = numberOf((graph.outputs.rehearsal as Record<string, Value> | undefined)?.[name]);
  if (seconds === undefined) throw new RehearsalError(`the stack has no output rehearsal.${name}`);
  return seconds;
}

function assetsOf(files: WrittenFile[]): AssetsOrder["assets"] {
  const order = files.find(({ path }) => path === ASSETS)?.content;
  return order === undefined ? [] : (JSON.parse(order) as AssetsOrder).assets;
}

function contentOf(files: WrittenFile[], path: string, track: string): string {
  const file = files.find((candidate) => candidate.path === path);
  if (!file) throw new RehearsalError(`the servers of track ${track} get no ${path}`);
  return file.content;
}

/** Of lines `NAME arn version key` the names. */
function namesIn(lines: string): string[] {
  return lines.split("\n").flatMap((line) => line.split(" ")[0] || []);
}

/** The tracks that run something else here than on AWS, by config: a folder or a revision of their own. */
export function tracksOfTheirOwn(graph: Graph): string[] {
  const { tracks = {} } = (graph.outputs.rehearsal ?? {}) as { tracks?: Record<string, Rehearsed> };
  return Object.entries(tracks).flatMap(([name, { folder, revision }]) => (folder || revision ? [name] : []));
}

/** Lines `name arn`, as the servers read them at boot. */
function secretsOf(lines: string, texts: Record<string, string>, track: string): Record<string, string> {
  const pairs = lines
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line && !line.startsWith("#"))
    .map((line) => line.split(/\s+/) as [string, string]);
  return Object.fromEntries(
    pairs.map(([name, arn]) => {
      const text = texts[arn];
      if (text === undefined)
        throw new RehearsalError(`track ${track}: the secret ${name} (${arn}) is empty`);
      return [name, text];
    }),
  );
}

/** Changes when the database or the cache is asked for with other settings. */
export function storesVersion({ database, cache }: StackPlan): string {
  return digest([database, cache]);
}

function digest(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 12);
}
