import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { textBehind } from "../../../rollout/graph/base64.ts";

const base64 = (data: string | Buffer) => Buffer.from(data).toString("base64");

it.each([
  ["plain", base64("#cloud-config\n"), "#cloud-config\n"],
  ["compressed", base64(gzipSync("#cloud-config\n")), "#cloud-config\n"],
  ["compressed and cut short", base64(gzipSync("#cloud-config\n").subarray(0, 18)), undefined],
  ["bytes that are no text", base64(Buffer.from([1, 0, 255, 254, 3, 4])), undefined],
  ["compressed bytes that are no text", base64(gzipSync(Buffer.from([1, 0, 255, 254, 3, 4]))), undefined],
  ["no base64", "not base64 at all", undefined],
])("%s", (_, packed, text) => {
  expect(textBehind(packed)).toBe(text);
});
