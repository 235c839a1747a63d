import { X509Certificate } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Graph } from "../../../graph/model.ts";
import { ofType } from "../../../graph/resources.ts";
import { TYPES } from "../../../graph/types.ts";
import { keepJournal } from "../journal/past.ts";
import { type Certificates, certificateFiles } from "../machine/authority-files.ts";
import { isPlain, makeOutside } from "../machine/disk/outside.ts";
import { RehearsalError } from "../machine/errors.ts";
import { findPrograms } from "../machine/find.ts";
import { clientPort, freePorts } from "../machine/ports.ts";
import { canReach, databaseUser } from "../machine/postgres-user.ts";
import { Ledger, type Place, plainPlace } from "../machine/state.ts";
import { appSecrets } from "../plan/app-secrets.ts";
import { describeBalancer } from "../plan/balancer/describe.ts";
import { describe, type StackPlan } from "../plan/describe.ts";
import { KEPT_SECRETS, Kept, passwordsFor } from "../plan/passwords.ts";
import { localResolver } from "../plan/resolver.ts";
import type { Room } from "../room.ts";
import { withRevisions } from "../servers/revision.ts";
import { dataMajor } from "../stores/postgres-knows.ts";
import { captured, type Options, projectOf, type UpOptions } from "./options.ts";
import { removeState } from "./remove-state.ts";

/** Captures the stack and lays the ground for bringing it up: state, passwords, certificates. */
export async function prepareUp(options: UpOptions, place: Place): Promise<Room> {
  const known = options.again ? Ledger.openOrFail(place) : Ledger.open(place);
  if (known && options.port !== undefined && options.port !== known.state.port) {
    throw new RehearsalError(
      `The stack ${place.stack} is up on port ${known.state.port}; take it down to change the port.`,
    );
  }
  const graph = await captured(options);
  if (known) return roomOf(options, graph, known);
  const ledger = await newLedger(options, place, graph);
  try {
    return await roomOf(options, graph, ledger);
  } catch (error) {
    removeState(ledger);
    throw error;
  }
}

/** Captures the stack as its config is now. @throws {RehearsalError} when it isn't up */
export async function prepareChange(options: Options, place: Place): Promise<Room> {
  const ledger = Ledger.openOrFail(place);
  return roomOf(options, await captured(options), ledger);
}

async function roomOf(options: Options, graph: Graph, ledger: Ledger): Promise<Room> {
  const kept = new Kept(join(ledger.place.folder, KEPT_SECRETS));
  const resolve = localResolver(graph, passwordsFor(graph, kept));
  const said = new Set<string>();
  const say = (line: string) => {
    if (!said.has(line)) options.say?.(line);
    said.add(line);
  };
  const from = { projectDir: projectOf(options), stack: ledger.place.stack, kept, say };
  const described = describe(graph, resolve, (names) => appSecrets(names, from));
  const plan = await withRevisions(described, ledger.place, projectOf(options));
  if (plan.domain !== ledger.state.domain) {
    throw new RehearsalError(`The domain is now ${plan.domain}: take the stack down and bring it up again.`);
  }
  const certificates = await certificatesFor(plan, ledger.place);
  return {
    graph,
    plan,
    balancer: describeBalancer(graph, resolve),
    ledger,
    // A server of another major can't read what is there (`rollout upgrade-database`).
    programs: findPrograms(dataMajor(ledger.state.database.folder) ?? plan.database.major),
    certificates,
    projectDir: projectOf(options),
    say: options.say ?? (() => {}),
    signal: options.signal,
  };
}

/** The ports are reserved and the programs found before anything is written. */
async function newLedger(options: UpOptions, place: Place, graph: Graph): Promise<Ledger> {
  const port = await clientPort(options.port);
  const [redirectPort, database, cache] = (await freePorts(3)) as [number, number, number];
  const hasCache = ofType(graph, TYPES.cache).length > 0;
  findPrograms();
  // Others may pass through the folder: when root runs this, the database runs as another user. What is secret in it
  // is closed by itself.
  mkdirSync(place.folder, { recursive: true, mode: 0o711 });
  const within = canReach(place.folder, databaseUser());
  const outside = within && isPlain(place.folder) ? undefined : makeOutside(place.folder);
  const plain = plainPlace(place, outside);
  const folder = join(within ? plain.folder : (outside ?? plain.folder), "postgres");
  if (!within) {
    options.say?.(`database: its system user can't reach ${place.folder}; the data is in ${folder}`);
  }
  // The logs of the stack's last life were kept until now.
  keepJournal(place.folder, place.logs, Date.now());
  rmSync(place.logs, { recursive: true, force: true });
  return Ledger.create(plain, {
    version: 1,
    stack: place.stack,
    domain: domainOf(graph),
    port,
    redirectPort,
    database: { port: database, folder },
    ...(outside !== undefined && { outside }),
    ...(hasCache && { cache: { port: cache } }),
    servers: [],
    numbered: {},
    processes: {},
  });
}

function domainOf(graph: Graph): string {
  return new URL(String(graph.outputs.url)).hostname;
}

async function certificatesFor(plan: StackPlan, place: Place): Promise<Certificates> {
  const folder = join(place.folder, "ca");
  const files = certificateFiles(folder);
  if (existsSync(files.bothFile)) {
    const held = new X509Certificate(readFileSync(files.certFile)).subjectAltName ?? "";
    const missing = plan.furtherNames.filter((name) => !held.split(", ").includes(`DNS:${name}`));
    if (missing.length === 0) return files;
    throw new RehearsalError(
      `The certificate here isn't for ${missing.join(", ")}: take the stack down and bring it up again.`,
    );
  }
  const { makeCertificates } = await import("../machine/authority.ts");
  return makeCertificates(folder, plan.domain, plan.furtherNames);
}
