import { storeOf } from "../backups/store.ts";
import { asSuperuser } from "../backups/superuser.ts";
import { RehearsalError } from "../machine/errors.ts";
import { BALANCER } from "../machine/state.ts";
import type { TrackPlan } from "../plan/describe.ts";
import type { Room } from "../room.ts";
import { serversOf } from "../servers/server.ts";
import { versionHere } from "../servers/server-files.ts";

/**
 * The tracks whose servers would be of a version that the database isn't migrated for, and don't migrate it themselves
 * (infra/host/migration.ts): what runs of them stays as it is until a rollout has migrated.
 */
async function unmigrated(room: Room): Promise<TrackPlan[]> {
  const { graph, ledger, plan } = room;
  const asking = plan.tracks.filter(
    (track) => track.migrates && track.name !== graph.outputs.stable && isChanging(room, track),
  );
  if (asking.length === 0 || !ledger.state.processes[BALANCER]) return [];
  // A database that is away must not keep traffic from going back; a server that boots asks it again.
  const done = await migratedVersions(room).catch(() => new Set<string>());
  return done.size === 0 ? [] : asking.filter((track) => !done.has(versionHere(room, track)));
}

/** Whether servers of it are to be made or replaced. */
function isChanging({ ledger }: Pick<Room, "ledger">, { name, servers, version }: TrackPlan): boolean {
  const there = serversOf(ledger.state, name);
  return there.length < servers || there.some((each) => each.version !== version);
}

async function migratedVersions(room: Room): Promise<Set<string>> {
  return asSuperuser(storeOf(room), async (client) => {
    const { rows } = await client.query("SELECT to_regclass('rollout_migrations') IS NOT NULL AS there");
    if (!rows[0].there) return new Set();
    const { rows: found } = await client.query("SELECT version FROM rollout_migrations");
    return new Set(found.map(({ version }) => version));
  });
}

/** What a person is told, and does. */
function unmigratedText({ plan }: Pick<Room, "plan">, { name }: TrackPlan): string {
  return `${name}: its version isn't migrated yet, which its servers don't do: rollout run --candidate ${name} --stack ${plan.stack} does`;
}

/**
 * The tracks whose servers may be made and replaced; of the others it is told.
 *
 * @param needed the track that must come up
 * @throws {RehearsalError} when one of the others is needed, or is to have traffic and has no server
 */
export async function servable(room: Room, needed?: string): Promise<TrackPlan[]> {
  const left = await unmigrated(room);
  for (const track of left) {
    const text = unmigratedText(room, track);
    const hasNobody = serversOf(room.ledger.state, track.name).length === 0;
    if (track.name === needed || (room.plan.weights[track.name] && hasNobody)) throw new RehearsalError(text);
    room.say(text);
  }
  return room.plan.tracks.filter((track) => !left.includes(track));
}
