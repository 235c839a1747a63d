import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
} from "node:fs";
import { dirname, join } from "node:path";
import type { TrackPlan } from "../plan/describe.ts";
import type { Room } from "../room.ts";
import { appFolder } from "./app-start.ts";

/** The stack's folder that plays the bucket. */
const BUCKET = "assets";
const KEPT_MS = 24 * 3600 * 1000;

/** Where a server has what other versions brought, within its folder. */
export function assetsFolder(server: string): string {
  return join(server, "assets");
}

/**
 * Plays the servers' script (infra/host/assets/assets.ts) on all servers at once: each version's files are brought, and each server
 * gets what its own version doesn't have. Called before a server starts, for that brings a version, or may.
 */
export function shareAssets(room: Room): void {
  const { state, place } = room.ledger;
  const bucket = join(place.folder, BUCKET);
  const own = new Map(room.plan.tracks.map((track) => [track.name, bring(room, track, bucket)]));
  forgetOld(bucket);
  const there = filesIn(bucket);
  for (const { id, track, version } of state.servers) {
    const folder = join(place.folder, "servers", id);
    const mine = own.get(track);
    // One that is about to be replaced runs what is no longer known.
    const isKnown = room.plan.tracks.some((each) => each.name === track && each.version === version);
    if (!mine || !isKnown || !existsSync(folder)) continue;
    const kept = join(assetsFolder(folder), "kept");
    const wanted = new Set(there.filter((name) => !mine.has(name)));
    const held = new Set(filesIn(kept));
    for (const name of held) if (!wanted.has(name)) rmSync(join(kept, name));
    for (const name of wanted) if (!held.has(name)) put(linkSync, join(bucket, name), join(kept, name));
  }
}

/** @returns what a track's version has, each by its path of the URL */
function bring(room: Room, track: TrackPlan, bucket: string): Set<string> {
  const own = new Set<string>();
  for (const { path, folder } of track.assets) {
    const from = join(appFolder(room, track), folder);
    const names = filesIn(from);
    if (names.length === 0) room.say(`track ${track.name}: app.assets finds no files in ${from}`);
    for (const name of names) {
      const to = join(bucket, path, name);
      own.add(join(path, name).slice(1));
      // Who came first stays, as in the bucket.
      if (!existsSync(to)) put(copyFileSync, join(from, name), to);
      utimesSync(to, new Date(), new Date());
    }
  }
  return own;
}

function put(by: (from: string, to: string) => void, from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  by(from, to);
}

function forgetOld(bucket: string): void {
  for (const name of filesIn(bucket))
    if (statSync(join(bucket, name)).mtimeMs < Date.now() - KEPT_MS) rmSync(join(bucket, name));
}

/** Plain files by their path within the folder: no link is followed, and what a dot hides stays hidden. */
function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name.startsWith(".")) return [];
    if (entry.isDirectory()) return filesIn(join(folder, entry.name)).map((name) => join(entry.name, name));
    return entry.isFile() ? [entry.name] : [];
  });
}
