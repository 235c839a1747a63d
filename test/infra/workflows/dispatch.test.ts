import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CLIENT_TESTS, commandsFor } from "../../rollout/docs-clients.ts";
import { ROOT } from "../../rollout/docs-pages.ts";
import { Typist } from "../../rollout/docs-typist.ts";
import { GitHub, refusal } from "./github.ts";

const ghThere = spawnSync("gh", ["--version"]).status === 0;
const skipped = ghThere ? "" : "(skipped: there is no gh on the PATH, see bin/install-clients) ";
const commands = commandsFor(CLIENT_TESTS.gh).flatMap((page) => page.commands);

// Typed into the real gh, which asks our GitHub by the socket that its config names, and nobody else.
describe.skipIf(!ghThere)(`${skipped}the pages' gh`, () => {
  let folder: string;
  let github: GitHub;
  let typist: Typist;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "gh-"));
    const socket = join(folder, "socket");
    github = await GitHub.start(ROOT, socket);
    writeFileSync(join(folder, "config.yml"), `http_unix_socket: ${socket}\n`);
    typist = new Typist(folder, () => ({
      ...process.env,
      GH_CONFIG_DIR: folder,
      GH_TOKEN: "dummy",
      GH_HOST: "github.com",
      GH_REPO: "example/shop",
      GH_NO_UPDATE_NOTIFIER: "1",
    }));
  });
  afterEach(async () => {
    await typist.interrupt();
    await github.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test.each(commands)("$text", async (command) => {
    const { code, said } = await typist.type(command);
    expect(code, said).toBe(command.exitCode);
    const fields = command.words.filter((_, index, all) => all[index - 1] === "--field");
    const inputs = Object.fromEntries(fields.map((field) => field.split("=")));
    expect(github.dispatches).toEqual([{ workflow: command.words[3], ref: "main", inputs }]);
  });

  test.each(commands)("not with an input that the workflow doesn't have: $text", async (command) => {
    const { code, said } = await typist.type(command, `${command.text} --field candidat=green`);
    expect([code, said]).toEqual([1, expect.stringContaining('Unexpected inputs provided: ["candidat"]')]);
    expect(github.dispatches).toEqual([]);
  });
});

test.each<[what: string, on: Record<string, unknown>, inputs: Record<string, string>, message?: string]>([
  ["takes what a workflow asks for", { workflow_dispatch: { inputs: { a: {} } } }, { a: "1" }],
  ["asks for no more than it must", { workflow_dispatch: null }, {}],
  [
    "asks for what is required",
    { workflow_dispatch: { inputs: { a: { required: true } } } },
    {},
    "Required input 'a' not provided",
  ],
  [
    "takes a default in its place",
    { workflow_dispatch: { inputs: { a: { required: true, default: 1 } } } },
    {},
  ],
  ["starts nothing else by hand", { push: {} }, {}, "Workflow does not have 'workflow_dispatch' trigger"],
])("GitHub %s", (_what, on, inputs, message) => {
  expect(refusal({ on, jobs: {} }, inputs)).toBe(message);
});
