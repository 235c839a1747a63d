import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { captureGraph } from "../../rollout/graph/capture.ts";
import type { Graph } from "../../rollout/graph/model.ts";
import { versionIn } from "../../rollout/graph/tracks.ts";
import { endingScript, migratingScript } from "../../rollout/platforms/aws/migrating.ts";
import { findPrograms } from "../../rollout/platforms/rehearsal/machine/find.ts";
import { postgresStore, type Store } from "./app/stores.ts";
import { runScript } from "./back-in-time.ts";
import { withClient } from "./database.ts";
import { projectCopy, removeCopies } from "./project.ts";

// What Systems Manager is told to run on a server of the track that serves, run by bash as its document does, out of the captured program:
// the server's files are in a folder, PostgreSQL is real, and docker is a process with what the container would be given.

const DOCKER = `#!/bin/bash
echo "$*" >>"$ROLLOUT_ROOT/docker.log"
case $1 in
image) [[ -f $ROLLOUT_ROOT/pulled ]] ;;
pull) touch "$ROLLOUT_ROOT/pulled" ;;
rm) if [[ -f $ROLLOUT_ROOT/container ]]; then kill -- -"$(<"$ROLLOUT_ROOT/container")"; rm "$ROLLOUT_ROOT/container"; fi ;;
run)
  while [[ $1 != *@sha256:* ]]; do
    case $1 in
    --env-file) mapfile -t lines <"$2" ;;
    --env) lines+=("$2=\${!2}") ;;
    esac
    shift
  done
  setsid env -i "PATH=$PATH" "IMAGE=$1" "\${lines[@]}" "\${@:2}" &
  echo $! >"$ROLLOUT_ROOT/container"
  code=0
  wait $! || code=$?
  rm -f "$ROLLOUT_ROOT/container"
  exit $code
  ;;
esac
`;

const image = (digits: string) => `registry.example.com/app@sha256:${digits.repeat(32)}`;
const psql = (sql: string) => ["sh", "-c", `psql "$DATABASE_URL" -q -v ON_ERROR_STOP=1 -c "${sql}"`];
const configOf = (migrate: string[], contract = psql("ALTER TABLE orders DROP note")) => ({
  tracks: {
    blue: { weight: 100, image: image("aa") },
    green: { weight: 0, image: image("bb") },
  },
  app: { migrate, contract, lockTimeout: "2s" },
});

let database: Store;
let root: string;
const project = projectCopy(configOf(["true"]));

beforeAll(async () => {
  database = await postgresStore();
});
afterAll(async () => {
  await database?.remove();
  await removeCopies();
});
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), "server-"));
  for (const folder of ["bin", "run/rollout", "etc/rollout"])
    mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, "bin/docker"), DOCKER, { mode: 0o755 });
  writeFileSync(join(root, "etc/rollout/instance.env"), "INSTANCE_ID=i-0123456789abcdef0\n");
  // The server's own: it is blue's, and so is its version.
  const url = database.url.replace("app@", "app:any@");
  writeFileSync(join(root, "run/rollout/app.env"), `TRACK=blue\nVERSION=0000000000aa\nDATABASE_URL=${url}\n`);
  await withClient(database.url, (client) =>
    client.query("DROP TABLE IF EXISTS rollout_migrations, orders; CREATE TABLE orders (id int, note text)"),
  );
  return () => rmSync(root, { recursive: true, force: true });
});

async function captured(...config: Parameters<typeof configOf>): Promise<Graph> {
  project.configure(configOf(...config));
  return captureGraph(project);
}
const run = (script: string) => {
  const programs = [join(root, "bin"), dirname(findPrograms().postgres), process.env.PATH];
  return runScript({ PATH: programs.join(delimiter), ROLLOUT_ROOT: root }, script);
};
const ask = async (sql: string) => (await withClient(database.url, (client) => client.query(sql))).rows;
const done = async () =>
  (await ask("SELECT version FROM rollout_migrations ORDER BY at")).map(({ version }) => version);

test("brings the database up to the candidate's version on a server of blue, once, and contracts it in the end", async () => {
  const migrate = [
    "sh",
    "-c",
    `echo $IMAGE $TRACK; psql "$DATABASE_URL" -q -c "ALTER TABLE orders ADD COLUMN more int"`,
  ];
  const graph = await captured(migrate);
  const version = versionIn(graph, "green");
  const script = migratingScript(graph, "green", "migrate");
  const first = await run(script);
  expect([first.code, first.stdout], first.stderr).toEqual([0, ""]);
  expect(first.stderr).toContain(`${image("bb")} blue\n`);
  expect(await done()).toEqual([version]);
  expect(version).not.toBe(versionIn(graph, "blue"));
  const told = readFileSync(join(root, "docker.log"), "utf8");
  expect(told).toMatch(new RegExp(`^pull --quiet ${image("bb")}$`, "m"));
  expect(told).toContain("awslogs-stream=green/migrate-i-0123456789abcdef0");
  // The column is there: it would fail.
  expect((await run(script)).code).toBe(0);
  expect((await run(migratingScript(graph, "green", "contract"))).code).toBe(0);
  expect(await done()).toEqual([version, `contract ${version}`]);
  await expect(ask("SELECT note FROM orders")).rejects.toThrow("note");
  await ask("SELECT more FROM orders");
  expect(existsSync(join(root, "run/rollout-migrate"))).toBe(false);
});

test("one that fails ends with what it said and its command, and leaves no secret behind", async () => {
  const script = migratingScript(await captured(psql("ALTER TABLE nobody ADD a int")), "green", "migrate");
  const { code, stderr } = await run(script);
  expect(code).toBe(1);
  expect(stderr.trimEnd().split("\n").slice(-2)).toEqual([
    'ERROR:  relation "nobody" does not exist',
    expect.stringMatching(/^the migration failed with exit code 1: sh -c psql/),
  ]);
  expect(await done()).toEqual([]);
  expect(existsSync(join(root, "run/rollout-migrate"))).toBe(false);
  expect(script).not.toContain("app:any@");
});

test("one that is ended in the middle is ended in the database too, at once, and is due again", async () => {
  const migrate = psql("ALTER TABLE orders ADD more int; SELECT pg_sleep(120)");
  const running = run(migratingScript(await captured(migrate), "green", "migrate"));
  const busy = () =>
    ask("SELECT pid FROM pg_stat_activity WHERE query LIKE '%pg_sleep(120)%' AND pid <> pg_backend_pid()");
  while ((await busy()).length === 0) await sleep(50);
  const begun = performance.now();
  expect((await run(endingScript("migrate"))).code).toBe(0);
  expect((await running).code).not.toBe(0);
  while ((await busy()).length > 0) await sleep(50);
  expect(performance.now() - begun).toBeLessThan(15_000);
  expect(await done()).toEqual([]);
  await expect(ask("SELECT more FROM orders")).rejects.toThrow("more");
});

test("while it waits for a lock it gives way again and again, as on a server that boots", async () => {
  const script = migratingScript(await captured(psql("ALTER TABLE orders ADD more int")), "green", "migrate");
  const { running } = await withClient(database.url, async (reader) => {
    await reader.query("BEGIN; SELECT * FROM orders");
    const running = run(script);
    await sleep(4_000);
    await reader.query("COMMIT");
    return { running };
  });
  const { code, stderr } = await running;
  expect([code, stderr], stderr).toEqual([0, expect.stringContaining("lock timeout")]);
});
