import { z } from "zod";
import { duration, flag, text, whole } from "../fields.ts";

const status = whole(100, 599);
const line = (what: string) => text(`must be ${what}`, /^[^\r\n]+$/);

/** Texts may hold `{version}`, the one that was deployed, and `{track}`, the one that is asked. */
const expectation = z.strictObject({
  status: z
    .union([status, z.array(status).min(1)], "must be a status such as 200, or a list of them")
    .default(200)
    .describe("the status, or a list of those that will do"),
  contains: line("one line of text").optional().describe("text that the answer's body must hold"),
  json: z
    .record(
      text("must be a field of the answer, dotted, such as checks.database.ok", /^[^.\s]+(\.[^.\s]+)*$/),
      z.union(
        [z.string(), z.number(), z.boolean(), z.null()],
        "must be a text, a number, true, false or null",
      ),
      "must be a map of fields",
    )
    .default({})
    .describe("fields of a JSON answer, dotted, and what each must be"),
  headers: z
    .record(
      text("must be a header's name", /^[A-Za-z0-9-]+$/),
      line("the header's text, in one line"),
      "must be a map of headers",
    )
    .default({})
    .describe("headers of the answer and text that each must hold"),
});

const test = z.strictObject(
  {
    name: line("one line of text").optional().describe("what it proves; by default method and path"),
    method: z
      .enum(
        ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
        "must be GET, HEAD, POST, PUT, PATCH or DELETE",
      )
      .default("GET")
      .describe("the method of the request"),
    path: text("must be a path that starts with one /, such as /health", /^\/(?!\/)[!-~]*$/).describe(
      "path and query, such as /health",
    ),
    body: z
      .union([z.record(z.string(), z.json()), z.array(z.json())], "must be an object or a list")
      .optional()
      .describe("what is sent, as JSON"),
    expect: expectation.prefault({}).describe("what the answer must be"),
    within: duration.default("5s").describe("how long the whole answer may take"),
    times: whole(1, 20).default(1).describe("how often it is asked: each request may meet another server"),
    optional: flag.default(false).describe("true: 404 passes too, the service needn't have it"),
  },
  "must be a smoke test such as { path: /health, expect: { status: 200 } }",
);

/** A request with what its answer must be. */
export type SmokeTest = z.infer<typeof test>;

export const smoke = z
  .array(test, "must be a list of { path, method, expect, within }")
  .max(50, "must be at most 50");

/** What the sample app must do, and so what each part that it needs must do. The last one stores a quote. */
export const SAMPLE_TESTS: SmokeTest[] = smoke.parse([
  { name: "health", path: "/health", times: 3 },
  { name: "version", path: "/version", expect: { json: { version: "{version}" } } },
  { name: "database", path: "/health", expect: { json: { "checks.database.ok": true } } },
  { name: "cache", path: "/health", expect: { json: { "checks.cache.ok": true } } },
  { name: "page", path: "/", expect: { headers: { "content-type": "text/html" } } },
  {
    name: "request",
    method: "POST",
    path: "/quotes",
    body: { width: 800, height: 600, material: "wood" },
    expect: { status: 201, headers: { location: "/quotes/" } },
  },
]);

/** What can be asked of any service: the balancer asks for /health too. One without a page has nothing at `/`. */
export const COMMON_TESTS: SmokeTest[] = smoke.parse([
  { name: "health", path: "/health", times: 3 },
  { name: "page", path: "/", expect: { status: [200, 301, 302, 303, 307, 308, 401, 403] }, optional: true },
]);
