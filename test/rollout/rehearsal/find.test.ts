import { describe, expect, it } from "vitest";
import { findPrograms, type Places } from "../../../rollout/platforms/rehearsal/machine/find.ts";

function machine(files: string[], platform: NodeJS.Platform = "linux"): Places {
  return {
    path: ["/usr/bin"],
    platform,
    isProgram: (file) => files.includes(file),
    list: (folder) => [
      ...new Set(
        files
          .filter((file) => file.startsWith(`${folder}/`))
          .map((file) => file.slice(folder.length + 1).split("/")[0]!),
      ),
    ],
  };
}

const debian = ["/usr/sbin/nginx", "/usr/sbin/haproxy", "/usr/bin/redis-server", "/usr/bin/pgbackrest"];
const postgres = (version: number) => [
  `/usr/lib/postgresql/${version}/bin/postgres`,
  `/usr/lib/postgresql/${version}/bin/initdb`,
];

describe("the servers on this machine", () => {
  it("are found outside the PATH, as Debian has them", () => {
    expect(findPrograms(undefined, machine([...debian, ...postgres(15)]))).toEqual({
      nginx: "/usr/sbin/nginx",
      haproxy: "/usr/sbin/haproxy",
      redis: "/usr/bin/redis-server",
      postgres: "/usr/lib/postgresql/15/bin/postgres",
      initdb: "/usr/lib/postgresql/15/bin/initdb",
      pgbackrest: "/usr/bin/pgbackrest",
    });
  });

  it.each([
    ["the asked PostgreSQL", "16", "/usr/lib/postgresql/16/bin/postgres"],
    ["else the newest", "18", "/usr/lib/postgresql/17/bin/postgres"],
  ])("%s is preferred", (_, major, expected) => {
    const found = findPrograms(major, machine([...debian, ...postgres(9), ...postgres(16), ...postgres(17)]));
    expect(found.postgres).toBe(expected);
  });

  it("that are missing are named all at once, with the command that installs them", () => {
    expect(() => findPrograms(undefined, machine(["/usr/sbin/nginx"]))).toThrow(
      "The rehearsal runs real servers and can't find: haproxy, redis-server, postgres, pgbackrest. Install with:\n" +
        "  sudo apt-get update && sudo apt-get install -y --no-install-recommends haproxy redis-server postgresql pgbackrest",
    );
  });

  it("are installed by Homebrew on macOS", () => {
    const mac = machine(["/opt/homebrew/bin/nginx", "/opt/homebrew/bin/redis-server"], "darwin");
    expect(() => findPrograms(undefined, mac)).toThrow("  brew install haproxy postgresql@16 pgbackrest");
  });

  it("too old a PostgreSQL doesn't count", () => {
    expect(() => findPrograms(undefined, machine([...debian, ...postgres(13)]))).toThrow(
      "can't find: postgres.",
    );
  });
});
