import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";

/** Where this machine has one (bin/install-browser). Ubuntu's chromium-browser is a snap, which can't read the tests' pages. */
export const chromium = ["/usr/bin/chromium", "/usr/bin/google-chrome"].find(existsSync);
/** For a test's name. */
export const skipped = chromium ? "" : "(skipped: there is no Chromium here) ";

export type Scheme = "light" | "dark";

/** A file's DOM after its scripts, and the lines of its console. `folder` is for the browser's own files. */
export async function browse(file: string, folder: string, scheme: Scheme = "light") {
  const flags = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    // 0 is dark: mojom::PreferredColorScheme.
    `--blink-settings=preferredColorScheme=${scheme === "dark" ? 0 : 1}`,
    "--hide-scrollbars",
    // Long enough for the page to tell what it found; the browser doesn't wait for it.
    "--virtual-time-budget=10000",
    `--user-data-dir=${join(folder, "profile")}`,
    "--enable-logging=stderr",
    "--dump-dom",
  ];
  const child = spawn(chromium!, [...flags, pathToFileURL(file).href], { stdio: ["ignore", "pipe", "pipe"] });
  const [dom, log] = await Promise.all([text(child.stdout!), text(child.stderr!)]);
  return { dom, logged: log.split("\n").filter((line) => line.includes("CONSOLE")) };
}
