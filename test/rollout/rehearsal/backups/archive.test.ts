import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import {
  archivedSegments,
  presentSegments,
} from "../../../../rollout/platforms/rehearsal/backups/archive.ts";

/** What pgBackRest 2.45 writes into a repository that has known two servers, but for the history of both. */
const INFO = `[backrest]
backrest-checksum="c0"
backrest-format=5
backrest-version="2.45"

[db]
db-id=2
db-system-id=7435000000000000002
db-version="15"

[db:history]
1={"db-id":7435000000000000001,"db-version":"14"}
`;
const [ONE, TWO, THREE] = [1, 2, 3].map((number) => `00000001000000000000000${number}`) as [
  string,
  string,
  string,
];

test("segments are those of the server that holds the database now, though one before it wrote some of the same names", () => {
  const folder = mkdtempSync(join(tmpdir(), "archive-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const archive = join(folder, "repository/archive/main");
  const write = (server: string, segment: string) => {
    mkdirSync(join(archive, server, "0000000100000000"), { recursive: true });
    writeFileSync(join(archive, server, "0000000100000000", `${segment}-${"a".repeat(40)}.lz4`), "");
  };
  expect(presentSegments({ folder })).toEqual([]);
  for (const segment of [TWO, THREE]) write("14-1", segment);
  writeFileSync(join(archive, "archive.info"), INFO);
  // The new server has archived nothing yet.
  expect(presentSegments({ folder })).toEqual([]);
  for (const segment of [ONE, TWO]) write("15-2", segment);
  expect(presentSegments({ folder })).toEqual([ONE, TWO]);
  expect(archivedSegments({ folder })).toEqual([ONE, TWO, TWO, THREE]);
});
