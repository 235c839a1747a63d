import { globSync } from "node:fs";
import type { Dockerfile } from "./dockerfile.ts";
import { textOf } from "./text-of.ts";

/** Files whose names change with their content. */
export interface FoundAssets {
  /** Of the URL. */
  path: string;
  /** In the image, from its working directory. */
  folder: string;
}

/** By what the manifest asks for, and what the image's build must run: the folder itself is made by the build. */
const BUNDLERS: { dependency: string; built?: RegExp; assets: FoundAssets }[] = [
  { dependency: "next", assets: { path: "/_next/static/", folder: ".next/static" } },
  { dependency: "nuxt", assets: { path: "/_nuxt/", folder: ".output/public/_nuxt" } },
  { dependency: "laravel-vite-plugin", assets: { path: "/build/assets/", folder: "public/build/assets" } },
  { dependency: "rails", built: /assets:precompile/, assets: { path: "/assets/", folder: "public/assets" } },
  { dependency: "vite", built: /\bbuild\b/, assets: { path: "/assets/", folder: "dist/assets" } },
];

/** Where the app's image has what a bundler wrote. */
export function assetsIn(
  folder: string,
  dependencies: ReadonlySet<string>,
  { runs }: Pick<Dockerfile, "runs">,
): FoundAssets | undefined {
  const bundler = BUNDLERS.find(
    ({ dependency, built }) => dependencies.has(dependency) && (built?.test(runs) ?? true),
  );
  return bundler?.assets ?? djangosIn(folder, runs);
}

/** Django's names have a digest only by a storage with a manifest. */
function djangosIn(folder: string, runs: string): FoundAssets | undefined {
  if (!/\bcollectstatic\b/.test(runs)) return undefined;
  for (const file of globSync("{*,*/*}/settings{,/*}.py", {
    cwd: folder,
    exclude: ["**/.venv/**", "**/venv/**"],
  })) {
    const text = textOf(folder, file);
    if (!text.includes("ManifestStaticFilesStorage")) continue;
    const [root, url] = [quoted(text, "STATIC_ROOT"), quoted(text, "STATIC_URL")];
    if (root && url) return { path: `/${url}/`, folder: root };
  }
  return undefined;
}

/** The last text in quotes on the line that sets a name, without slashes around it. */
function quoted(text: string, name: string): string | undefined {
  const line = text.split("\n").find((each) => each.startsWith(`${name} =`) || each.startsWith(`${name}=`));
  return [...(line ?? "").matchAll(/["']([^"']+)["']/g)].at(-1)?.[1]?.replace(/^\/|\/$/g, "");
}
