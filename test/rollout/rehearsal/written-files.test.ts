import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { writtenFiles } from "../../../rollout/platforms/rehearsal/plan/written-files.ts";

const base64 = (data: string | Buffer) => Buffer.from(data).toString("base64");

it.each([
  ["plain", "content: hello"],
  ["base64", `{ content: ${base64("hello")}, encoding: b64 }`.slice(2, -2).replace(", ", "\n    ")],
  ["gzip", `content: ${base64(gzipSync("hello"))}\n    encoding: gz+b64`],
])("reads a %s file of cloud-init", (_, entry) => {
  expect(writtenFiles(`#cloud-config\nwrite_files:\n  - path: /etc/a\n    ${entry}\n`)).toEqual([
    { path: "/etc/a", content: "hello" },
  ]);
});

it("refuses what isn't a cloud-config", () => {
  expect(() => writtenFiles("#!/bin/sh\n")).toThrow("isn't a #cloud-config");
});
