import { parseArgs } from "node:util";
import { drillRestore } from "../../rollout/drill/restore/rehearsal.ts";
import { takeBackup } from "../../rollout/platforms/rehearsal/backups/repository.ts";
import { storeOf } from "../../rollout/platforms/rehearsal/backups/store.ts";
import { rehearse } from "../../rollout/platforms/rehearsal/index.ts";
import { findPrograms } from "../../rollout/platforms/rehearsal/machine/find.ts";
import { placeIn } from "../../rollout/platforms/rehearsal/verbs/options.ts";
import { prepareChange } from "../../rollout/platforms/rehearsal/verbs/prepare.ts";
import { type BenchPlace, benchInRehearsal } from "../rehearsal.ts";
import { fill, worstLoss } from "./filler.ts";
import { dumpAndRestore, timed } from "./peer.ts";

// `npm run bench:restore`: how long it takes to have the database back (RTO), and how much of the last work is lost (RPO).
// A rehearsal's database is filled; `drill restore` restores it from its backups, beside pg_dump and pg_restore of the very
// same one. Exit code 1 when the RTO is 90 s or more, the RPO 60 s or more, or a check of the drill fails.

const RTO_LIMIT = 90;
const RPO_LIMIT = 60;

const { values } = parseArgs({
  options: {
    /** MiB of the database. */
    size: { type: "string", default: "1024" },
    /** Seconds in which it is written to, to see what would be lost. */
    beats: { type: "string", default: "30" },
    stack: { type: "string", default: "beta" },
  },
});
const say = (line: string) => void process.stderr.write(`${line}\n`);
await benchInRehearsal(values.stack, bench);

async function bench(place: BenchPlace): Promise<void> {
  await rehearse.up(place);
  const store = storeOf(await prepareChange(place, placeIn(place)));
  await fill(store, Number(values.size) * 2 ** 20, say);
  const backup = await timed(() => takeBackup(store, "bench"));
  const peer = await dumpAndRestore(store, findPrograms().postgres);
  const rpo = await worstLoss(store, Number(values.beats));
  const { figures, outcome, checks } = await drillRestore({ ...place, by: "bench", say });
  const peerLoses = (Date.now() - peer.holds) / 1000;
  const rto = figures.rtoSeconds ?? Number.POSITIVE_INFINITY;
  for (const { name, verdict, details } of checks)
    if (verdict !== "pass") console.log(`${name}: ${verdict}, ${details}`);
  const row = (what: string, ours: number, theirs: number, note = "") =>
    console.log(
      `${what.padEnd(30)}${text(ours).padStart(10)}${text(theirs).padStart(22)}${(theirs / ours).toFixed(1).padStart(10)}  ${note}`,
    );
  console.log(`${values.size} MiB${" ".repeat(22)}drill restore   pg_dump, pg_restore     ratio`);
  row("backup", backup, peer.backup);
  row(
    "RTO: the database is back",
    (figures.restoreSeconds ?? 0) + (figures.recoverSeconds ?? 0),
    peer.restore,
  );
  row(
    "RTO: and the application",
    rto,
    peer.restore + rto - (figures.restoreSeconds ?? 0) - (figures.recoverSeconds ?? 0),
    `limit ${RTO_LIMIT} s`,
  );
  row(
    "RPO: the slowest write",
    rpo,
    peerLoses,
    `limit ${RPO_LIMIT} s; a dump has nothing that came after it`,
  );
  console.log(`the drill's checks: ${outcome}`);
  process.exitCode = rto < RTO_LIMIT && rpo < RPO_LIMIT && outcome === "passed" ? 0 : 1;
}

function text(seconds: number): string {
  return `${seconds.toFixed(1)} s`;
}
