import { z } from "zod";
import { milliseconds } from "../duration.ts";
import { buckets, permissions } from "./access.ts";
import { duration, plainText, text, whole, wholeSeconds } from "./fields.ts";
import { assets } from "./image/assets.ts";
import { containerKeys } from "./image/container.ts";
import { egress } from "./network.ts";
import { processes } from "./processes/processes.ts";
import { secrets } from "./secrets.ts";
import { variableName } from "./variables.ts";

/** Its usual port is the only one, for the servers' firewall lets nothing else out. What is in config isn't secret. */
const dependency = z.strictObject(
  {
    url: z
      .string("must be an address such as https://prices.example.com/v1")
      .refine(isPlainHttps, "must be an https address on its usual port, without a user, a password, ? or #")
      .describe("where it answers; the rehearsal has a stand-in in its place"),
    timeout: duration
      .refine((each) => milliseconds(each) >= 50 && milliseconds(each) <= 10_000, "must be 50ms to 10s")
      .default("1s")
      .describe("the most that one try may take; all tries together take at most twice as long"),
  },
  "must be a dependency: { url, timeout }",
);

const originRule = "must be an origin such as https://app.example.com, without a path, a user or a password";

export const app = z.strictObject({
  name: plainText(1, 80).default("Rollout sample").describe("the name that users see (APP_NAME)"),
  timeout: wholeSeconds("1s", "1h")
    .default("60s")
    .describe(
      "the longest silence that is borne: of the app before its answer begins, between two parts of an answer or of a " +
        "body, on an open WebSocket; what isn't silent may last as long as it likes",
    ),
  drain: wholeSeconds("1s", "1h")
    .optional()
    .describe(
      "how long requests, streams and WebSockets of a server that leaves, or of a track that lost its traffic, may go on; " +
        "then they are closed, so that clients connect again; by default as long as timeout",
    ),
  port: whole(1, 65_535)
    .default(8000)
    .describe(
      "where the app listens in its container, on all addresses (PORT, and HOST); another port in the rehearsal, where several share a machine",
    ),
  healthPath: text(
    "must be a path of letters, digits and -._~/ such as /healthz",
    /^\/[A-Za-z0-9._~-][A-Za-z0-9._~/-]{0,99}$/,
  )
    .default("/health")
    .describe(
      "where the app says by status 200 that it can serve, within 4 seconds, every 5 seconds; nginx answers /health by it, " +
        "which is what the balancer, a booting server, checks and smoke tests ask",
    ),
  assets: assets
    .default([])
    .describe(
      "where files lie whose names change with their content, as bundlers write them: what a page that is still open asks for is " +
        "found also when another version answers it by now (docs/your-app.md)",
    ),
  ...containerKeys,
  startTimeout: wholeSeconds("5s", "30m")
    .default("2m")
    .describe(
      "how long the app may take from its start to its first good answer on /health; after a migration, which has 7 minutes " +
        "of its own. A server that takes longer is given up",
    ),
  stopTimeout: wholeSeconds("1s", "2m")
    .default("30s")
    .describe(
      "how long the app may take to end after SIGTERM, when the balancer has drained its server; then it is killed",
    ),
  sessionExpireHours: whole(1, 720).default(8).describe("hours until a session ends"),
  allowedOrigins: z
    .array(z.string(originRule).refine(isOrigin, originRule), "must be a list of origins")
    .default([])
    .describe("origins besides the domain that may call the API"),
  migrate: z
    .array(text("must be a word of a command, in one line", /^[^\r\n\0]*$/), "must be the words of a command")
    .default([])
    .describe(
      "the command that brings the database up to date, run in the image once for each version, before its first server " +
        "serves: by `rollout run`, of a new stack by its servers (docs/migrations.md); empty: the app does it by itself, or nobody does",
    ),
  contract: z
    .array(text("must be a word of a command, in one line", /^[^\r\n\0]*$/), "must be the words of a command")
    .default([])
    .describe(
      "the command that takes out of the database what only the version before needed; `rollout run` runs it when nothing can go " +
        "back any more (docs/migrations.md)",
    ),
  lockTimeout: wholeSeconds("1s", "5m")
    .default("5s")
    .describe(
      "how long a statement of migrate and contract may wait for a lock; then it is begun again, until its 7 minutes are over",
    ),
  processes: processes
    .default({})
    .describe(
      "what the image runs besides the web server, by name: workers, and jobs that have a schedule; each is watched by alarms",
    ),
  dependencies: z
    .record(
      text(
        "must be 1 to 20 lower-case letters, digits and dashes, and not constructor",
        /^(?!constructor$)[a-z][a-z0-9-]{0,19}$/,
      ),
      dependency,
      "must be a map of dependencies",
    )
    .default({})
    .describe(
      "services of others that the app asks (DEPENDENCIES), by name, each watched by alarms; the sample app asks `supplier` for prices",
    ),
  egress: egress
    .default([])
    .describe(
      "where the app may connect to besides its stores and HTTPS on port 443, such as a mail server's port 587",
    ),
  environment: z
    .record(variableName, plainText(), "must be a map of variables")
    .default({})
    .describe(
      `further variables of the environment file, none of them secret; \${NAME} stands for one that the stack or app.secrets sets: \${DATABASE_URL}, or a part of it (docs/your-app.md)`,
    ),
  buckets: buckets
    .default([])
    .describe(
      "buckets of S3 for what users upload and the like: private, encrypted, versioned; their names are in BUCKET_<NAME>, and " +
        "the app gets credentials by the SDKs' usual way",
    ),
  permissions: permissions
    .default([])
    .describe(
      "what else the app may do in AWS, with the same credentials; with its buckets it may read and write",
    ),
  notSecret: z
    .array(variableName, "must be a list of variables")
    .default([])
    .describe(
      "which variables of environment look like a secret (docs/secrets.md) and are for everybody to read",
    ),
  secrets: secrets
    .default({})
    .describe(
      "further variables that are secret: set by `pulumi config set --secret --path rollout:app.secrets.NAME`, kept in " +
        "Secrets Manager, filled in at the servers; the rehearsal takes them from `.secrets.<stack>.env`",
    ),
});

/** As browsers write it into the header Origin: nothing else is ever equal to it. */
function isOrigin(text: string): boolean {
  const url = URL.parse(text);
  return (url?.protocol === "https:" || url?.protocol === "http:") && url.origin === text;
}

function isPlainHttps(text: string): boolean {
  const url = URL.parse(text);
  return url?.protocol === "https:" && !url.port && !url.username && !url.password && !/[?#\s]|@@/.test(text);
}
