import { createHash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { writeAtomically } from "../machine/files.ts";
import { Damaged, stored } from "../machine/lost/stored.ts";
import type { BalancerModel, BalancerSetup } from "../plan/balancer/model.ts";
import { trackNamed } from "../plan/balancer/model.ts";
import { configText, structureOf } from "./config/config.ts";
import type { BalancerLayout } from "./config/layout.ts";
import {
  COHORTS_MAP,
  cohortLines,
  FIREWALL_MAP,
  firewallLines,
  mapText,
  RULES_MAP,
  rulesLines,
  SPLIT_MAP,
  splitLines,
} from "./config/maps.ts";
import { reload } from "./reload.ts";
import { addServer, drainServer, sweepServers } from "./servers.ts";
import { counters } from "./stats.ts";
import { setCohorts, setMaintenance, setSplit } from "./traffic.ts";

/** What the balancer's files were last written from. */
interface Written {
  model: BalancerModel;
  setup: BalancerSetup;
  /** The {@link structureOf} that HAProxy runs with. It is older than the files while a reload is due. */
  running: string;
}

/** Writes all that a balancer starts with. Run {@link balancerCommand} next. */
export function writeFiles(layout: BalancerLayout, model: BalancerModel, setup: BalancerSetup): void {
  mkdirSync(layout.folder, { recursive: true, mode: 0o700 });
  writeAtomically(join(layout.folder, SPLIT_MAP), mapText(splitLines(model.split)), 0o600);
  writeAtomically(join(layout.folder, RULES_MAP), mapText(rulesLines(model.split)), 0o600);
  writeAtomically(join(layout.folder, COHORTS_MAP), mapText(cohortLines(model.led)), 0o600);
  writeAtomically(
    join(layout.folder, FIREWALL_MAP),
    mapText(firewallLines(model.firewall.maintenance)),
    0o600,
  );
  // What an earlier balancer knew of its servers is no longer true.
  writeAtomically(layout.serversFile, NO_SERVERS_STATE, 0o600);
  const running = writeConfig(layout, { model, setup, running: "" });
  writeConfig(layout, { model, setup, running });
}

/** The header of HAProxy's own file, version 1; without it HAProxy warns. */
const NO_SERVERS_STATE = "1\n# be_id be_name srv_id srv_name srv_addr srv_op_state\n";

/**
 * First step of a change: what the new model adds, tracks and servers, is there and healthy. Traffic is as before, and
 * what the new model lacks still serves.
 *
 * @throws {RehearsalError} when a new server doesn't get healthy
 */
export async function grow(
  layout: BalancerLayout,
  model: BalancerModel,
  setup: BalancerSetup,
): Promise<void> {
  const before = lastWritten(layout);
  const gone = before.model.tracks.filter(({ name }) => !trackNamed(model, name));
  const tracks = [...model.tracks, ...gone].sort((a, b) => (a.name < b.name ? -1 : 1));
  const grown = { ...model, tracks };
  await follow(layout, grown, { ...setup, servers: merged(before.setup.servers, setup.servers) });
  await sweepServers(layout.socket);
  const missing = await missingServers(layout, grown, setup);
  const added = await Promise.allSettled(
    missing.map(({ track, server }) => addServer(layout.socket, track, server)),
  );
  const failed = missing.filter((_, index) => added[index]?.status === "rejected");
  for (const { track, server } of failed) forget(layout, track.name, server.name);
  for (const result of added) if (result.status === "rejected") throw result.reason;
}

/** Second step: the traffic as the model says. Takes effect at once; read it back with `readWeights`. */
export async function applyTraffic(layout: BalancerLayout, model: BalancerModel): Promise<void> {
  await setSplit(layout, model.split);
  await setCohorts(layout, cohortLines(model.led));
  await setMaintenance(layout, model.firewall.maintenance);
}

/**
 * Third step, for each server that the model lacks: it finishes its requests and is out.
 *
 * @returns how many requests it still had at the end of its draining time; to stop the server cuts them off
 */
export async function retire(layout: BalancerLayout, track: string, server: string): Promise<number> {
  const known = trackNamed(lastWritten(layout).model, track);
  if (!known) return 0;
  const { tracks } = await counters(layout.socket);
  // A command that was killed may have come so far.
  const isThere = tracks[track]?.servers.some(({ name }) => name === server);
  const cut = isThere ? await drainServer(layout, known, server) : 0;
  forget(layout, track, server);
  return cut;
}

/** Last step: tracks that the model lacks are gone. */
export const settle = follow;

/** Writes the config; HAProxy reloads when more than servers has changed, or an earlier reload has failed. */
async function follow(layout: BalancerLayout, model: BalancerModel, setup: BalancerSetup): Promise<void> {
  const { running } = lastWritten(layout);
  const structure = writeConfig(layout, { model, setup, running });
  if (structure === running) return;
  await reload(layout);
  writeConfig(layout, { model, setup, running: structure });
}

async function missingServers(layout: BalancerLayout, model: BalancerModel, setup: BalancerSetup) {
  const running = await counters(layout.socket);
  return model.tracks.flatMap((track) => {
    const names = running.tracks[track.name]?.servers.map(({ name }) => name) ?? [];
    const wanted = setup.servers[track.name] ?? [];
    return wanted.filter(({ name }) => !names.includes(name)).map((server) => ({ track, server }));
  });
}

/** The next reload mustn't bring the server back. */
function forget(layout: BalancerLayout, track: string, server: string): void {
  const written = lastWritten(layout);
  const servers = (written.setup.servers[track] ?? []).filter(({ name }) => name !== server);
  const setup = { ...written.setup, servers: { ...written.setup.servers, [track]: servers } };
  writeConfig(layout, { ...written, setup });
}

/** @returns the written config's structure */
function writeConfig(layout: BalancerLayout, written: Written): string {
  const config = configText(written.model, written.setup, layout);
  writeAtomically(layout.configFile, config, 0o600);
  writeAtomically(layout.recordFile, JSON.stringify(written, null, 2), 0o600);
  return createHash("sha256").update(structureOf(config)).digest("hex");
}

/** @throws {Damaged} when the record can't be what was written, or is missing */
export function lastWritten({ recordFile }: Pick<BalancerLayout, "recordFile">): Written {
  const written = stored(recordFile, writtenSchema, REMADE);
  if (!written) throw new Damaged(`${recordFile} is missing. ${REMADE}`);
  return written as unknown as Written;
}

const REMADE =
  "The balancer serves on as it is. To have it anew: rollout rehearse down --stack STACK, then up.";

const placesSchema = z.array(z.looseObject({ name: z.string(), address: z.string(), port: z.int() }));
const writtenSchema = z.object({
  model: z.looseObject({
    tracks: z.array(z.looseObject({ name: z.string(), health: z.looseObject({}), drainSeconds: z.number() })),
    split: z.looseObject({ weights: z.record(z.string(), z.number()) }),
    firewall: z.looseObject({}),
  }),
  setup: z.looseObject({ servers: z.record(z.string(), placesSchema) }),
  running: z.string(),
});

type Servers = BalancerSetup["servers"];

function merged(before: Servers, after: Servers): Servers {
  const tracks = new Set([...Object.keys(before), ...Object.keys(after)]);
  return Object.fromEntries(
    [...tracks].map((track) => {
      const added = after[track] ?? [];
      const kept = (before[track] ?? []).filter(({ name }) => !added.some((server) => server.name === name));
      return [track, [...kept, ...added]];
    }),
  );
}
