import { describe, expect, it } from "vitest";
import { systemClock } from "../../../rollout/clock.ts";
import { commandText, writeDown } from "../../../rollout/visit/audit.ts";
import { simulatedPlatform } from "../../support/simulated-platform.ts";
import { Life, World } from "../../support/simulated-world.ts";

describe("a command in the journal", () => {
  it.each([
    [["ls", "-la", "/tmp"], "ls -la /tmp"],
    [["python", "-u", "manage.py", "shell"], "python -u manage.py shell"],
    [["sh", "-c", "echo 'a b' | wc"], "sh -c 'echo 'a b' | wc'"],
    [["app", "--password", "geheim99"], "app --password (secret)"],
    [["app", "--api-key=geheim99"], "app --api-key=(secret)"],
    [["env", "API_KEY=geheim99", "app"], "env API_KEY=(secret) app"],
    [["redis-cli", "-a", "geheim99", "ping"], "redis-cli -a (secret) ping"],
    [["redis-cli", "AUTH", "geheim99"], "redis-cli AUTH (secret)"],
    [["mysql", "-uann", "-pgeheim99", "shop"], "mysql -uann -p(secret) shop"],
    [["curl", "-u", "ann:geheim99", "https://example.com"], "curl -u ann:(secret) https://example.com"],
    [
      ["curl", "-H", "Authorization: Bearer geheim99geheim99", "https://example.com"],
      "curl -H 'Authorization: Bearer (secret)' https://example.com",
    ],
    [["psql", "postgres://ann:geheim99@db/shop"], "psql postgres://ann:(secret)@db/shop"],
    [["psql", "-c", "ALTER ROLE ann PASSWORD 'geheim99'"], "psql -c 'ALTER ROLE ann PASSWORD (secret)'"],
    [["echo", "one\nmore\u001b[2J"], "echo 'one more\\u001b[2J'"],
  ])("%j", (words, text) => {
    const said = commandText(words);
    expect(said).not.toContain("geheim99");
    expect(said).toBe(text);
  });

  it("has none of the secrets that are known, however they look", () => {
    expect(commandText(["echo", "hollyhock is known"], ["hollyhock"])).toBe("echo '(secret) is known'");
  });

  it("is no longer than a journal's reader needs", () => {
    expect(commandText(["echo", "x".repeat(5_000)])).toHaveLength(503);
  });
});

it("a visit is written after what somebody else wrote meanwhile", async () => {
  const world = new World();
  const { journal } = simulatedPlatform(new Life(world));
  let raced = false;
  const racing = {
    ...journal,
    lock: journal.lock.bind(journal),
    read: async () => {
      const read = await journal.read();
      if (!raced) {
        raced = true;
        await journal.append({ kind: "command", command: "pause", at: 1, by: "ann" }, read.version);
      }
      return read;
    },
    append: journal.append.bind(journal),
  };
  await writeDown({ journal: racing, clock: systemClock, by: "ben" }, { verb: "exec", command: "ls" });
  expect(world.journal.map(({ kind, by }) => `${kind} of ${by}`)).toEqual(["command of ann", "visit of ben"]);
});
