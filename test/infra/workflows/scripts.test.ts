import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../../..");

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "workflow-"));
  mkdirSync(join(folder, "bin"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("post-preview", () => {
  const env = {
    REPOSITORY: "example/shop",
    RUN_ID: "7",
    HEAD_OWNER: "someone",
    HEAD_BRANCH: "$(touch pwned)",
    HEAD_SHA: "a".repeat(40),
  };
  const post = (preview: string, answers: { pull?: string; comment?: string } = {}) => {
    writeFileSync(join(folder, "preview.txt"), preview);
    command("gh", ghForPreview({ pull: answers.pull ?? "12", comment: answers.comment ?? "" }));
    return run(".github/scripts/post-preview", [], env);
  };
  const posted = () => readFileSync(join(folder, "posted.md"), "utf8");

  test("comments once, with what the preview says", async () => {
    expect(await post("## beta\nnothing changes\n")).toMatchObject({ code: 0 });
    expect(calls("POST")).toEqual([expect.stringContaining("repos/example/shop/issues/12/comments")]);
    expect(posted()).toMatch(/^<!-- rollout preview -->\n## beta\nnothing changes\n/);
    expect(posted()).toContain("https://github.com/example/shop/actions/runs/7");
  });

  test("updates the comment that is there", async () => {
    await post("text", { comment: "99" });
    expect(calls("PATCH")).toEqual([expect.stringContaining("repos/example/shop/issues/comments/99")]);
    expect(calls("POST")).toEqual([]);
  });

  test("posts nothing where no open pull request has that head", async () => {
    expect(await post("text", { pull: "" })).toMatchObject({ code: 0 });
    expect(existsSync(join(folder, "posted.md"))).toBe(false);
  });

  test("calls nobody, passes for nobody's comment, and runs nothing that it was given", async () => {
    await post("@everyone <!-- rollout preview --> $(touch pwned) `touch pwned`\n");
    expect(posted()).not.toContain("@everyone");
    expect(posted().match(/<!--/g)).toHaveLength(1);
    expect(existsSync(join(folder, "pwned"))).toBe(false);
  });

  test("cuts what is longer than a comment may be, between characters", async () => {
    await post("é@".repeat(30_000));
    expect(posted().length).toBeLessThan(65_536);
    expect(posted()).not.toContain("\ufffd");
    expect(posted()).toContain("longer than a comment may be");
  });

  test("says so when there is no preview", async () => {
    await post("");
    expect(posted()).toContain("There is no preview");
  });
});

describe("report-drift", () => {
  const DRIFT = "~~~~~~~~\n    ~ aws:lb/listener: weight 10 => 90\n";
  const report = (found: string, issue: string, drift = DRIFT) => {
    writeFileSync(join(folder, "drift.txt"), drift);
    symlinkSync(join(ROOT, "bin/rollout"), join(folder, "bin/rollout"));
    command(
      "gh",
      `if [ "$2" = list ]; then echo "${issue}"; else echo "$*" >>calls; cp "\${@: -1}" body 2>/dev/null || true; fi`,
    );
    const env = {
      STACK: "beta",
      FOUND: found,
      GITHUB_REPOSITORY: "example/shop",
      GITHUB_RUN_ID: "7",
      PULUMI_CONFIG_PASSPHRASE: "correct-horse-battery",
    };
    return run(".github/scripts/report-drift", [], env);
  };

  test.each([
    ["opens an issue", "drift", "", /^issue create .*--title Drift in beta/],
    ["updates the open one", "drift", "5", /^issue edit 5 /],
    ["closes it when it is gone", "none", "5", /^issue close 5 /],
  ])("%s", async (_what, found, issue, call) => {
    expect(await report(found, issue)).toMatchObject({ code: 0 });
    expect(calls("issue")).toEqual([expect.stringMatching(call)]);
  });

  test("quotes what it found so that nothing in it ends the quotation", async () => {
    await report("drift", "");
    const body = readFileSync(join(folder, "body"), "utf8");
    expect(body).toContain("aws:lb/listener: weight 10 => 90");
    expect(body.match(/^~~~~/gm)).toHaveLength(2);
  });

  test("has no secret in it, neither one that looks like it nor the job's own", async () => {
    const key = ["AKIA", "QWERTYUIOPASDFGH"].join("");
    const pass = "correct-horse-battery";
    const drift = `    ~ environment: { STRIPE: "sk_live_${"a1B2".repeat(8)}" }\n    ~ key ${key}\nerror: ${pass} is wrong\n`;
    await report("drift", "", drift);
    const body = readFileSync(join(folder, "body"), "utf8");
    expect(body).toContain("~ environment");
    expect(body).not.toMatch(/a1B2|QWERTY/);
    expect(body).not.toContain(pass);
  });

  test("does nothing when there is nothing", async () => {
    expect(await report("none", "")).toMatchObject({ code: 0 });
    expect(calls("issue")).toEqual([]);
  });
});

describe("roll-out", () => {
  const rollOut = (status: string, rollout: string, env: Record<string, string>) => {
    mkdirSync(join(folder, ".github/scripts"), { recursive: true });
    for (const name of ["no-rollout"]) {
      writeFileSync(join(folder, `.github/scripts/${name}`), `#!/bin/sh\necho "${name} $*" >>calls\n`, {
        mode: 0o755,
      });
    }
    command(
      "rollout",
      `case "$1" in status) echo '${status}' ;; run) echo "rollout $*" >>calls; ${rollout} ;; esac`,
    );
    command("gh", 'echo "gh $*" >>calls');
    return run(".github/scripts/roll-out", ["prod"], {
      CANDIDATE: "",
      GO_ON: "false",
      ROLLOUT_SECONDS: "1",
      ...env,
    });
  };
  const UNDER_WAY = '{"rollout":{"over":false}}';

  test("begins with the candidate, and ends as the rollout does", async () => {
    expect(await rollOut("", "exit 0", { CANDIDATE: "green" })).toMatchObject({ code: 0 });
    expect(calls("")).toEqual(["no-rollout prod", "rollout run --stack prod --on aws --candidate green"]);
    expect(await rollOut("", "exit 1", { CANDIDATE: "green" })).toMatchObject({ code: 1 });
  });

  test("starts the next run when its time is up", async () => {
    expect(await rollOut("", "exec sleep 20", { CANDIDATE: "green" })).toMatchObject({ code: 0 });
    expect(calls("gh")).toEqual([
      "gh workflow run release.yml --ref main --field stack=prod --field go-on=true",
    ]);
  });

  test("goes on without a candidate, with the weights of the journal", async () => {
    expect(await rollOut(UNDER_WAY, "exit 0", { GO_ON: "true", CANDIDATE: "red" })).toMatchObject({
      code: 0,
    });
    expect(calls("")).toEqual(["rollout run --stack prod --on aws --from-journal"]);
  });

  test.each(["", "--adopt", "green; touch pwned", "Green"])("refuses the candidate %j", async (candidate) => {
    expect(await rollOut("", "exit 0", { CANDIDATE: candidate })).toMatchObject({ code: 2 });
    expect(calls("rollout")).toEqual([]);
  });
});

describe("the weights that a rollout leaves", () => {
  const ENV = { GITHUB_REPOSITORY: "example/shop", GIT_CONFIG_NOSYSTEM: "1" };
  const git = (...words: string[]) =>
    spawnSync("git", ["-c", "user.name=x", "-c", "user.email=x@example.com", ...words], {
      cwd: folder,
      env: { ...process.env, HOME: folder },
      encoding: "utf8",
    }).stdout.trim();
  const weights = (text?: string) => {
    const file = join(folder, "Pulumi.prod.yaml");
    if (text !== undefined) writeFileSync(file, text);
    return readFileSync(file, "utf8");
  };

  beforeEach(() => {
    // GitHub is a folder here.
    git("config", "--global", `url.${folder}/github.git.insteadOf`, "https://github.com/example/shop.git");
    git("init", "--quiet", "--bare", "github.git");
    git("init", "--quiet", "--initial-branch=main");
    weights("weight: 10\n");
    git("add", "Pulumi.prod.yaml");
    git("commit", "--quiet", "--message", "start");
    command("gh", 'case "$*" in *"pr list"*) ;; *) echo "$*" >>calls ;; esac');
  });

  test("go onto a branch and into a pull request", async () => {
    weights("weight: 25\n");
    expect(await run(".github/scripts/propose-weights", ["prod"], ENV)).toMatchObject({ code: 0 });
    expect(git("-C", "github.git", "show", "rollout/prod-weights:Pulumi.prod.yaml")).toBe("weight: 25");
    expect(calls("pr create")).toEqual([expect.stringContaining("--head rollout/prod-weights --base main")]);
  });

  test("are left alone when nothing changed", async () => {
    expect(await run(".github/scripts/propose-weights", ["prod"], ENV)).toMatchObject({ code: 0 });
    expect(calls("")).toEqual([]);
  });
});

describe("no-rollout", () => {
  const ask = (pulumi: string, status = '{"rollout":null}') => {
    command("pulumi", pulumi);
    command("rollout", `echo '${status}'`);
    return run(".github/scripts/no-rollout", ["prod"], {});
  };
  const UP = `echo '{"listenerArn":"arn:x"}'`;

  test.each([
    ["there is no such stack", `echo "error: no stack named 'prod' found" >&2; exit 255`, /was never up/],
    ["the stack has no listener", "echo '{}'", /was never up/],
    ["the last rollout is over", UP, /^$/],
  ])("lets go on when %s", async (_what, pulumi, said) => {
    const { code, stdout } = await ask(pulumi, '{"rollout":{"over":true}}');
    expect([code, stdout.trim()]).toEqual([0, expect.stringMatching(said)]);
  });

  test("holds while one is under way", async () => {
    const { code, stderr } = await ask(UP, '{"rollout":{"over":false}}');
    expect([code, stderr]).toEqual([1, expect.stringContaining("A rollout of prod is under way")]);
  });

  test.each([
    "error: failed to load checkpoint: AccessDenied",
    "error: incorrect passphrase",
    "error: getting stack: read tcp: i/o timeout",
  ])("no answer isn't an absence: %s", async (error) => {
    const { code, stderr } = await ask(`echo "${error}" >&2; exit 255`);
    expect([code, stderr]).toEqual([1, expect.stringContaining(error)]);
    expect(stderr).toContain("can't be told");
  });
});

describe("stacks", () => {
  const stacks = (...names: string[]) => {
    for (const name of ["Pulumi.yaml", "Pulumi.beta.yaml", "Pulumi.eu-prod.yaml"])
      writeFileSync(join(folder, name), "");
    return run(".github/scripts/stacks", names, {});
  };

  test("are those that have a file, or those that are named", async () => {
    expect(await stacks()).toMatchObject({ code: 0, stdout: '["beta","eu-prod"]\n' });
    expect(await stacks("eu-prod")).toMatchObject({ code: 0, stdout: '["eu-prod"]\n' });
  });

  test.each(["staging", "../beta", "$(touch pwned)", ""])("refuses %j", async (name) => {
    const { code, stderr } = await stacks(name);
    expect([code, stderr]).toEqual([1, expect.stringContaining("There is no stack")]);
    expect(existsSync(join(folder, "pwned"))).toBe(false);
  });
});

describe("bin/smoke", () => {
  test("is the command's verb, on AWS", async () => {
    const { code, stdout } = await run("bin/smoke", ["--help"], {});
    expect(code).toBe(0);
    expect(stdout).toContain("rollout smoke");
  });

  test("says how it is called", async () => {
    expect(await run("bin/smoke", ["beta"], {})).toMatchObject({ code: 2 });
    expect(await run("bin/smoke", [], {})).toMatchObject({ code: 2 });
  });
});

/** `gh` as post-preview uses it: looks up, downloads, posts; keeps what it was asked. */
function ghForPreview({ pull, comment }: { pull: string; comment: string }): string {
  return `
case "$*" in
  *"run download"*) mkdir -p "\${@: -1}"; cp preview.txt "\${@: -1}/preview.md" ;;
  *"--method GET"*) echo "${pull}" ;;
  *--paginate*) echo "${comment}" ;;
  *) echo "$*" >>calls; for word; do case "$word" in body=@*) cp "\${word#body=@}" posted.md ;; esac; done ;;
esac`;
}

/** A program on the PATH of the scripts. */
function command(name: string, script: string): void {
  const file = join(folder, "bin", name);
  writeFileSync(file, `#!/bin/bash\n${script}\n`);
  chmodSync(file, 0o755);
}

function calls(word: string): string[] {
  const file = join(folder, "calls");
  const all = existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
  return all.filter((each) => each.includes(word));
}

async function run(script: string, args: string[], env: Record<string, string>) {
  const child = spawn(join(ROOT, script), args, {
    cwd: folder,
    env: { PATH: `${join(folder, "bin")}:${process.env.PATH}`, HOME: folder, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  return { code: code as number, stdout, stderr };
}
