import type { Settings } from "../../settings/settings.ts";
import type { Host, HostFile } from "../host.ts";
import { sandbox } from "../units/sandbox.ts";

/** What a server is told of the assets. */
export const ASSETS = "/etc/rollout/assets.json";

/** Where it has them (the unit's `StateDirectory`): the image's own in `own/`, those of other versions in `kept/`, each under its path of the URL. */
export const ASSETS_FOLDER = "/var/lib/rollout/assets";

/** Brings and fetches; the first time before the app of a server is started. */
export const ASSETS_SCRIPT = "/usr/local/sbin/rollout-assets";

/** What the server is told, for the rehearsal too. */
export interface AssetsOrder {
  region: string;
  bucket: string;
  image: string;
  assets: Settings["app"]["assets"];
}

/**
 * Old pages find their parts: a page that is open asks for files of its own version (`app.assets`), also when another version
 * answers it by now. So each server brings its image's into a bucket before its app starts, and each fetches, every minute,
 * what others brought and its own version doesn't have; nginx serves that (locations.ts). What its own version has is the app's,
 * as ever.
 *
 * A server that can't bring or fetch serves all the same: it says so in the system's log, and tries again every minute.
 * What is brought is brought anew each day as long as a server of its version runs: the bucket forgets what is older.
 */
export function assetFiles(host: Host): HostFile[] {
  const { region, image, app, assetsBucket: bucket } = host;
  if (app.assets.length === 0 || bucket === undefined) return [];
  const order: AssetsOrder = { region, bucket, image, assets: app.assets };
  return [
    { path: ASSETS, content: `${JSON.stringify(order)}\n` },
    { path: ASSETS_SCRIPT, permissions: "0755", content: SCRIPT },
    {
      path: "/etc/systemd/system/rollout-assets.service",
      content: `[Unit]
Description=Fetch the assets of other versions
Wants=network-online.target
After=network-online.target docker.service
[Service]
Type=oneshot
TimeoutStartSec=120
StateDirectory=rollout/assets
ExecStart=${ASSETS_SCRIPT}
${sandbox({ network: true })}`,
    },
    {
      path: "/etc/systemd/system/rollout-assets.timer",
      content: `[Unit]
Description=Fetch the assets of other versions every minute
[Timer]
OnActiveSec=60
OnUnitInactiveSec=60
AccuracySec=1
[Install]
WantedBy=timers.target
`,
    },
  ];
}

/** In the tests variables stand in place of what is a server's. */
const SCRIPT = `#!/usr/bin/python3
import json, os, shutil, subprocess, sys, tarfile, tempfile, time
from concurrent.futures import ThreadPoolExecutor

order = json.load(open(os.environ.get("ROLLOUT_ETC", "/etc/rollout") + "/assets.json"))
place = os.environ.get("ROLLOUT_ASSETS", "${ASSETS_FOLDER}")
own, kept, bucket = place + "/own", place + "/kept", order["bucket"]
failed = []

def fail(what, error):
    failed.append(what)
    print(f"rollout-assets: {what}: {error}", file=sys.stderr)

def docker(*words):
    return subprocess.run(["docker", *words], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()

# Plain files alone: Docker's own client gives up at a link that leads out of the folder. What a dot hides stays hidden.
def take_out(source, target):
    with tempfile.TemporaryFile(dir=place) as stream:
        subprocess.run(["docker", "cp", source, "-"], check=True, stdout=stream)
        stream.seek(0)
        os.makedirs(target)
        with tarfile.open(fileobj=stream) as archive:
            for each in archive:
                parts = os.path.normpath(each.name).split("/")
                if (each.isreg() or each.islnk()) and not any(part.startswith(".") for part in parts):
                    file = os.path.join(target, *parts)
                    os.makedirs(os.path.dirname(file), exist_ok=True)
                    with open(file, "wb") as written:
                        shutil.copyfileobj(archive.extractfile(each), written)

# Out of a container that never runs. A path whose files aren't to be had is left alone: nothing is kept for it either.
def lay_out():
    fresh = own + ".new"
    shutil.rmtree(fresh, ignore_errors=True)
    os.makedirs(fresh)
    within = docker("image", "inspect", "--format", "{{.Config.WorkingDir}}", order["image"]) or "/"
    container = docker("create", "--pull", "never", order["image"], "none")
    try:
        for each in order["assets"]:
            try:
                take_out(f"{container}:{os.path.join(within, each['folder'])}/.", fresh + each["path"])
            except subprocess.CalledProcessError as error:
                fail(f"the image has no folder {each['folder']}", error)
    finally:
        docker("rm", container)
    os.rename(fresh, own)

# Each by its path of the URL.
def files(folder):
    return {os.path.relpath(os.path.join(at, name), folder) for at, _, names in os.walk(folder) for name in names}

def is_kept(key):
    inside = any(("/" + key).startswith(each["path"]) and os.path.isdir(own + each["path"]) for each in order["assets"])
    return inside and not any(part == "" or part.startswith(".") for part in key.split("/"))

def bring(key):
    with open(f"{own}/{key}", "rb") as file:
        s3.put_object(Bucket=bucket, Key=key, Body=file)

def fetch(key):
    target = f"{kept}/{key}"
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=place, delete=False) as file:
        shutil.copyfileobj(s3.get_object(Bucket=bucket, Key=key)["Body"], file)
    os.chmod(file.name, 0o644)
    os.replace(file.name, target)

# Whole or not at all: the first that fails is told, with the number of the others.
def each_of(what, do, keys):
    def tried(key):
        try:
            do(key)
        except Exception as error:
            return key, error
    with ThreadPoolExecutor(8) as pool:
        wrong = [each for each in pool.map(tried, sorted(keys)) if each]
    if wrong:
        fail(f"{what} {wrong[0][0]}, one of {len(wrong)}", wrong[0][1])

os.makedirs(kept, exist_ok=True)
try:
    if not os.path.isdir(own):
        lay_out()
    import boto3
    from botocore.config import Config
    s3 = boto3.client("s3", region_name=order["region"], config=Config(connect_timeout=5, read_timeout=20, max_pool_connections=8))
    there = {}
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        there.update((each["Key"], each["LastModified"].timestamp()) for each in page.get("Contents", []))
    mine, held = files(own), files(kept)
    wanted = {key for key in there if key not in mine and is_kept(key)}
    each_of("bring", bring, {key for key in mine if there.get(key, 0) < time.time() - 86400})
    each_of("fetch", fetch, wanted - held)
    for key in held - wanted:
        os.remove(f"{kept}/{key}")
except Exception as error:
    fail("no assets", error)
sys.exit(1 if failed else 0)
`;
