import { expect, test } from "vitest";
import { hostFiles } from "../../../infra/host/cloud-init.ts";
import { processUnits, unitOf } from "../../../infra/host/processes/units.ts";
import type { Process } from "../../../infra/settings/settings.ts";
import { HOST } from "./example.ts";

const any = { stopSeconds: 90, memoryMiB: HOST.memoryMiB };
const worker: Process = {
  ...any,
  name: "worker",
  kind: "worker",
  count: 2,
  follows: "stable",
  command: ["celery"],
};
const job: Process = {
  ...{ ...any, name: "nightly", kind: "job", schedule: "rate(1 day)", timeoutSeconds: 3600 },
  command: ["sh", "-c", 'echo "$HOME" 100% \\n'],
};
const host = { ...HOST, app: { ...HOST.app, processes: [worker, job] } };
const [workerUnit, jobUnit] = processUnits(host).map(({ content }) => content) as [string, string];
const appUnit = hostFiles(host).find(({ path }) => path.endsWith("rollout-app.service"))!.content;

test("each runs in a container as closed as the app's, without its port", () => {
  const options = (unit: string) =>
    [...unit.matchAll(/ --(?!force|name|publish|log-opt awslogs-stream|time)[a-z-]+[^\\\n]*/g)].map(
      ([each]) => each.trim(),
    );
  expect(options(workerUnit)).toEqual(options(appUnit));
  expect(options(jobUnit)).toEqual(options(appUnit));
  expect(workerUnit).not.toContain("--publish");
});

test("a worker is started again, a job ends or is ended; each has its own time to stop", () => {
  expect(unitOf(worker)).toBe("rollout-process-worker@.service");
  expect(workerUnit).toMatch(/^Restart=always\nRestartSec=5$/m);
  expect(workerUnit).toMatch(
    /^ExecStop=\/usr\/bin\/docker stop --time 90 rollout-worker-%i\nTimeoutStopSec=105$/m,
  );
  expect(unitOf(job)).toBe("rollout-process-nightly.service");
  expect(jobUnit).toMatch(/^Type=oneshot\nTimeoutStartSec=3600$/m);
});

test("words are the same to systemd, whatever is in them, and memory may be another", () => {
  expect(jobUnit).toContain(`${HOST.image} "sh" "-c" "echo \\"$$HOME\\" 100%% \\\\n"\n`);
  const [small] = processUnits({ ...host, app: { ...host.app, processes: [{ ...worker, memoryMiB: 512 }] } });
  expect(small!.content).toContain("--memory 512m --memory-swap 512m");
});

test("without any nothing of it is on the servers", () => {
  expect(
    hostFiles(HOST).filter(({ path, content }) => /process/.test(path + content.match(/rollout-process/))),
  ).toEqual([]);
});
