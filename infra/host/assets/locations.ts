import type { Host } from "../host.ts";

/** Of what bundlers write. nginx's own list isn't everywhere, and knows neither modules (`mjs`) nor AVIF. */
const TYPES: Record<string, string> = {
  "application/javascript": "js mjs cjs",
  "application/json": "json map",
  "application/manifest+json": "webmanifest",
  "application/pdf": "pdf",
  "application/wasm": "wasm",
  "application/xml": "xml",
  "audio/mpeg": "mp3",
  "font/otf": "otf",
  "font/ttf": "ttf",
  "font/woff": "woff",
  "font/woff2": "woff2",
  "image/avif": "avif",
  "image/gif": "gif",
  "image/jpeg": "jpg jpeg",
  "image/png": "png",
  "image/svg+xml": "svg",
  "image/webp": "webp",
  "image/x-icon": "ico",
  "text/css": "css",
  "text/html": "html htm",
  "text/plain": "txt",
  "video/mp4": "mp4",
  "video/webm": "webm",
};

/**
 * nginx's part in the assets of other versions (assets.ts). What is kept is never what the own version has, so that neither an
 * app whose unknown paths are its page (of one page) nor a file without a version in its name gets another's content.
 * `$kept_cache` is empty but for what came from there.
 */
export function keptAssets({ assets }: Pick<Host["app"], "assets">): string {
  if (assets.length === 0) return "";
  return `  # Files are read; all else is for the app.
  map $request_method $kept { default /none; GET /kept; HEAD /kept; }
  map "$status $upstream_addr$uri" $kept_cache { default ""; "~^(200|206|304) /kept/" "public, max-age=31536000, immutable"; }
`;
}

/** The header Cache-Control of an answer, whoever gives it, in nginx's variables. */
export function toldToCaches({ assets }: Pick<Host["app"], "assets">): string {
  return assets.length > 0 ? "$upstream_http_cache_control$kept_cache" : "$upstream_http_cache_control";
}

/** @param common what holds for whatever the app is asked, too */
export function assetLocations({ assets }: Pick<Host["app"], "assets">, common: string): string {
  if (assets.length === 0) return "";
  const types = Object.entries(TYPES).map(([type, names]) => `      ${type} ${names};\n`);
  const locations = assets.map(
    ({ path }) => `    location ${path} {
      include machine/assets.conf;
      charset utf-8;
      ${common}
      try_files $kept$uri @app;
    }
`,
  );
  return `    types {
${types.join("")}    }
    charset_types application/javascript application/json image/svg+xml text/css text/plain;
    disable_symlinks on from=$document_root;
${locations.join("")}    location @app { proxy_pass http://$pool; }
`;
}
