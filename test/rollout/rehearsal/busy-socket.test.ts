import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ask } from "../../../rollout/platforms/rehearsal/balancer/socket.ts";

/** Listens, and takes nobody for a while: what asks meanwhile fills the queue, and the rest gets EAGAIN. */
const BUSY = `
const server = require("node:net").createServer({ allowHalfOpen: true }, (socket) => socket.on("data", () => socket.end("well")));
server.listen({ path: process.argv[1], backlog: 1 }, () => {
  require("node:fs").writeSync(1, "up");
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 400);
});`;

test("who asks a balancer that has no room for the question asks again", async () => {
  const folder = mkdtempSync(join(tmpdir(), "busy-"));
  const path = join(folder, "socket");
  const child = spawn(process.execPath, ["-e", BUSY, path], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    await once(child.stdout, "data");
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask(path, "show info")));
    expect(answers).toEqual(Array(8).fill("well"));
  } finally {
    child.kill("SIGKILL");
    rmSync(folder, { recursive: true });
  }
});
