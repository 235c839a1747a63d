import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { waitingIn } from "../../../rollout/platforms/rehearsal/balancer/waiting.ts";
import { AccessLogReader } from "../../../rollout/platforms/rehearsal/rollout/access-logs.ts";

// Lines of HAProxy 2.6.12's `show sess`: a request without an answer, one whose answer doesn't end, an open WebSocket, a client
// that still sends, and the question itself.
const [HANGS, ENDLESS, WEBSOCKET, UPLOAD, ASKS] = [
  "0x55eddd947910: proto=tcpv4 src=127.0.0.1:37680 fe=f be=track_green srv=a ts=00 epoch=0 age=1m3s calls=2 rate=0 cpu=0 lat=0 rq[f=49c40080h,i=0,an=8000h,rx=,wx=,ax=] rp[f=80400000h,i=0,an=1400000h,rx=57s,wx=,ax=] scf=[8,80h,fd=11] scb=[8,11h,fd=16] exp=2s rc=0 c_exp=",
  "0x55eddda636c0: proto=tcpv4 src=127.0.0.1:37702 fe=f be=track_green srv=a ts=00 epoch=0 age=3s calls=3 rate=0 cpu=0 lat=0 rq[f=49c40080h,i=0,an=8000h,rx=,wx=,ax=] rp[f=80040202h,i=0,an=4000000h,rx=59s,wx=,ax=] scf=[8,80h,fd=13] scb=[8,11h,fd=17] exp=2s rc=0 c_exp=",
  "0x7f38d80432e0: proto=tcpv4 src=127.0.0.1:37710 fe=f be=track_green srv=a ts=00 epoch=0 age=3s calls=3 rate=0 cpu=0 lat=0 rq[f=8c48000h,i=0,an=00h,rx=57s,wx=,ax=] rp[f=88048000h,i=0,an=00h,rx=57s,wx=,ax=] scf=[8,0h,fd=14] scb=[8,11h,fd=19] exp=2s rc=0 c_exp=",
  "0x7f38d80432e0: proto=tcpv4 src=127.0.0.1:37710 fe=f be=track_green srv=a ts=00 epoch=0 age=30s calls=3 rate=0 cpu=0 lat=0 rq[f=8c48000h,i=0,an=8000h,rx=57s,wx=,ax=] rp[f=88048000h,i=0,an=1400000h,rx=57s,wx=,ax=] scf=[8,0h,fd=14] scb=[8,11h,fd=19] exp=2s rc=0 c_exp=",
  "0x55eddda643c0: proto=unix_stream src=unix:1 fe=GLOBAL be=<NONE> srv=<none> ts=00 epoch=0 age=0s calls=1 rate=1 cpu=0 lat=0 rq[f=c08002h,i=0,an=00h,rx=10s,wx=,ax=] rp[f=80008002h,i=0,an=00h,rx=,wx=,ax=] scf=[8,0h,fd=21] scb=[8,1h,fd=-1] exp=9s rc=0 c_exp=",
] as const;

const at = (line: string) => waitingIn(line.replace("track_", PREFIX));
const PREFIX = "track-";

test("what waits for an answer, or for its end, is told with its age", () => {
  expect(at(HANGS)).toMatchObject([{ track: "green", seconds: 63 }]);
  expect(at(ENDLESS)).toMatchObject([{ track: "green", seconds: 3 }]);
});

test("what doesn't wait isn't", () => {
  for (const line of [WEBSOCKET, UPLOAD, ASKS, "", "noise"]) expect(at(line)).toEqual([]);
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "access-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const line = (second: number, address: string, status: number) =>
  `${JSON.stringify({ time: new Date(second * 1000).toISOString(), track: "green", address, path: "/x", status, seconds: 0.1 })}\n`;

test("a bot's hundred 404s count as one client's; those of many users each", () => {
  const reader = new AccessLogReader(folder, 500);
  const log = join(folder, "green-1.access.log");
  const sum = () =>
    reader.read().reduce(
      (all, { ways }) => {
        const { bad, total } = ways!["4xx"]!;
        return { bad: all.bad + bad, total: all.total + total };
      },
      { bad: 0, total: 0 },
    );
  for (let i = 0; i < 100; i += 1) appendFileSync(log, line(1_000 + i, "192.0.2.66", 404));
  for (let i = 0; i < 100; i += 1) appendFileSync(log, line(1_000 + i, `192.0.2.${i % 10}`, 200));
  expect(sum()).toEqual({ bad: 1, total: 101 });
  for (let i = 0; i < 100; i += 1) appendFileSync(log, line(1_100 + i, `198.51.100.${i}`, 404));
  expect(sum()).toEqual({ bad: 100, total: 100 });
  // After ten minutes it counts again; a client that asks too much is no version's fault.
  appendFileSync(log, line(1_601, "192.0.2.66", 404));
  appendFileSync(log, line(1_602, "203.0.113.1", 429));
  expect(sum()).toEqual({ bad: 1, total: 1 });
});
