import { expect, test } from "vitest";
import { parseSettings } from "../../../infra/settings/parse.ts";
import { memoryMiB } from "../../../infra/settings/sizes/instance-class.ts";

// All containers of a server fit its memory together, whoever says how much each may have.

const worker = { command: ["celery"] };
const job = { command: ["clean"], schedule: "rate(1 day)" };

function limits(instanceType: string, processes: object, memoryMiB?: number) {
  const { server, app } = parseSettings("beta", "us-east-1", {
    ...{ domain: "app.example.com", stable: "blue", tracks: { blue: { weight: 100 } } },
    server: { instanceType, memoryMiB },
    app: { processes },
  });
  return [server.memoryMiB, ...app.processes.map(({ memoryMiB }) => memoryMiB)];
}

// EC2, "Amazon EC2 instance types", November 2026.
test.each([
  ["t3.nano", 512],
  ["t3.medium", 4096],
  ["t4g.2xlarge", 32_768],
  ["m7i.large", 8192],
  ["m6g.medium", 4096],
  ["c7g.large", 4096],
  ["c6i.4xlarge", 32_768],
  ["r6i.xlarge", 32_768],
  ["g5.xlarge", undefined],
  ["m5.metal", undefined],
])("a %s has %s MiB", (type, whole) => {
  expect(memoryMiB(type)).toBe(whole);
});

test.each<[type: string, processes: object, app: number | undefined, expected: number[]]>([
  ["t3.medium", {}, undefined, [2560]],
  ["t3.small", {}, undefined, [1280]],
  ["t3.micro", {}, undefined, [512]],
  ["t3.medium", { worker }, undefined, [2560, 1024]],
  ["t3.medium", { job, worker: { ...worker, count: 3 } }, undefined, [2560, 256, 256]],
  ["t3.medium", { job: { ...job, memoryMiB: 600 }, worker }, 1500, [1500, 600, 1484]],
  ["g5.xlarge", { worker }, undefined, [2560, 2560]],
])("on a %s with %j and %s for the app: %j", (type, processes, app, expected) => {
  expect(limits(type, processes, app)).toEqual(expected);
  const count = (processes as { worker?: { count?: number } }).worker?.count ?? 1;
  const [web = 0, ...others] = expected;
  const sum = others.reduce(
    (total, each, index) => total + each * (index === others.length - 1 ? count : 1),
    web,
  );
  expect(sum).toBeLessThanOrEqual((memoryMiB(type) ?? Infinity) - 512);
});

test("a t3.nano, which the system alone fills, is refused", () => {
  expect(() => limits("t3.nano", {})).toThrow(
    "t3.nano has 512 MiB, of which the system needs 512: the limits come to 128",
  );
});

test.each<[type: string, processes: object, app: number | undefined, mistake: string]>([
  ["t3.medium", {}, 3585, "the limits come to 3585 (app 3585). Take a larger one"],
  [
    "t3.medium",
    { worker: { ...worker, count: 9 } },
    undefined,
    "the limits come to 3712 (app 2560, worker 9 x 128). Take",
  ],
  [
    "t3.medium",
    { job, worker: { ...worker, memoryMiB: 1024 } },
    2560,
    "3712 (app 2560, job 128, worker 1024). Take a",
  ],
])("a %s with %j and %s for the app is refused", (type, processes, app, mistake) => {
  const said = /server\.instanceType: t3\.medium has 4096 MiB, of which the system needs 512: /;
  expect(() => limits(type, processes, app)).toThrow(said);
  expect(() => limits(type, processes, app)).toThrow(mistake);
});
