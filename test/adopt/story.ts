import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type App, madeWithVersions } from "./apps.ts";
import { Team } from "./team.ts";

const STACKS = ["beta", "staging", "prod"];

/** Does one step of the story, and tells how long it took. */
export type Timed = <T>(what: string, step: () => T | Promise<T>) => Promise<T>;

/**
 * A team adopts the package for an app: from an empty folder to releases, and to the package's next version.
 *
 * @param folder empty; the app and the repository beside it go there
 * @param packages the packed package, and its next version
 * @throws {Error} at the first thing that isn't as the documents say
 */
export async function adopt(
  app: App,
  folder: string,
  packages: { file: string; next: string },
  timed: Timed,
): Promise<void> {
  const deploy = join(folder, "deploy");
  const team = new Team(deploy);
  await timed("the application, by its framework's generator", () =>
    madeWithVersions(app, join(folder, "shop")),
  );
  mkdirSync(deploy);
  const laidOut = await timed("rollout init: laid out, packages installed, first stack rehearsed", () =>
    team.succeed(
      "npx",
      ...["--yes", `--package=${packages.file}`, "rollout", "init", "--package", packages.file, "--yes"],
      ...[
        "--name",
        "cotizador",
        "--domain",
        "shop.corp.test",
        "--app",
        "../shop",
        "--health",
        app.healthPath,
      ],
      ...["--told", "duty@corp.test", "--stacks", ...STACKS],
    ),
  );
  for (const words of [...app.found, " 0 lost", "cotizador is laid out. Next:"]) has(laidOut, words);
  await timed("a queue of the team's own, and bin/test: types, config, policies, one rehearsal", () => {
    team.addQueue();
    has(team.succeed("bin/test"), " 0 lost");
  });
  await timed("staging is up", () => {
    team.plan("staging", "green", "good");
    team.succeed("bin/rollout", "rehearse", "up", "--stack", "staging");
  });
  try {
    await team.withUsers("staging", async () => {
      const good = await timed("a good release is promoted", () => team.release("staging", "green"));
      if (good.code !== 0) throw new Error(`the good release wasn't taken: ${good.said}`);
      has(good.said, "promoted");
      team.plan("staging", "blue", "bad");
      const bad = await timed("a bad release goes back by itself", () => team.release("staging", "blue"));
      if (bad.code !== 1) throw new Error(`the bad release was taken: ${bad.said}`);
      for (const words of ["read back everywhere: blue 50 green 50", "rolled-back: "]) has(bad.said, words);
    });
  } finally {
    team.succeed("bin/rollout", "rehearse", "down", "--stack", "staging");
  }
  const upgraded = await timed("an upgrade, with its preview of each stack", () =>
    team.succeed("bin/rollout", "upgrade", packages.next),
  );
  for (const words of ["0.1.0 -> 0.2.0", "backupWindow", "01:30-02:00", "02:00-02:30"]) has(upgraded, words);
  for (const stack of STACKS) has(upgraded, `${stack}-database`);
  has(readFileSync(join(deploy, "package.json"), "utf8"), "0.2.0");
}

function has(said: string, words: string): void {
  if (!said.includes(words)) throw new Error(`there is no ${JSON.stringify(words)} in\n${said}`);
}
