import { isObject, SECRET, type Shown } from "./shown.ts";

/** Names of what nobody may read: a variable, a property, a key of a file. */
const SECRET_NAME =
  /(?:^|[^a-z])(?:pass(?:word|wd|phrase)?|pwd|secret(?:[_-]?(?:key|string|access[_-]?key))?|(?:auth|api|access|bearer|refresh)?[_-]?token|api[_-]?key|private[_-]?key|credentials?)$/i;

/** Names like those that hold something else: where a secret is kept, not what it says. */
const INNOCENT_NAME = /(arn|id|ids|name|path|url|file|length|days|version|policy|strategy|size|count)$/i;

/** Text that is a secret whatever it is called: keys of AWS, GitHub, Slack, Stripe, Google; tokens; PEM; Pulumi's own. */
const SECRET_TEXT = [
  /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g,
  /\bgh[opsu]_[A-Za-z0-9]{20,}\b/g,
  /\bgithub_pat_\w{20,}\b/g,
  /\bxox[abprs]-[A-Za-z0-9-]{10,}/g,
  /\b[sr]k_(?:live|test)_[A-Za-z0-9]{10,}\b/g,
  /\bAIza[\w-]{30,}\b/g,
  /(?:^|[^\w-])(eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]+)/g,
  /\bpul-[0-9a-f]{40}\b/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
];

/** What stands before an `@`, and in it the password of a URL. */
const BEFORE_AT = /(?<![^\s@"'])[^\s@"']+(?=@)/g;
const IN_URL = /:\/\/[^/:]*:(.+)$/s;

/**
 * `KEY=value` of an environment file, `key: value` of YAML, `"key": "value"` of JSON, `--key=value`. Where the name doesn't
 * begin after a space or a mark, what is behind its first dash counts as one. Each name is read once, from its beginning: a
 * long text of dashes took seconds.
 */
const ASSIGNED = /(?:(?<=^|[\s"'{,;(])|(?<=[^\w-])(?=\w*-))([\w-]+)(?:["']?\s*[:=]\s*["']?)([^\s"',;}]+)/gm;

/** What a template puts in later, and what stands for something: no secret is in it. */
const PLACEHOLDER =
  /^(?:@@[\w-]+@@|\$\(.*|\$\{?[\w.-].*|\(secret.*|<[^>]*>|%[^%]+%|\{\{.*|\*+|true|false|null|none|yes|no|required|optional|\d{1,5})$/i;

export function isSecretName(name: string): boolean {
  const words = name.replace(/([a-z0-9])([A-Z])/g, "$1_$2");
  return SECRET_NAME.test(words) && !INNOCENT_NAME.test(words);
}

/** The secrets that a text holds in clear, by how they look or by what they are called. */
export function secretsIn(text: string): string[] {
  return foundIn(text).map(({ secret }) => secret);
}

interface Found {
  secret: string;
  at: number;
}

function foundIn(text: string): Found[] {
  const byLook = SECRET_TEXT.flatMap((pattern) =>
    [...text.matchAll(pattern)].map(({ 0: all, 1: secret = all, index }) => ({
      secret,
      at: index + all.length - secret.length,
    })),
  );
  const inUrls = [...text.matchAll(BEFORE_AT)].flatMap(({ 0: before, index }) => {
    const secret = IN_URL.exec(before)?.[1];
    return secret === undefined ? [] : [{ secret, at: index + before.length - secret.length }];
  });
  const assigned = [...text.matchAll(ASSIGNED)]
    .filter(([, name]) => isSecretName(name!))
    .map(({ 0: all, 2: secret = "", index }) => ({ secret, at: index + all.length - secret.length }));
  return [...byLook, ...[...inUrls, ...assigned].filter(({ secret }) => !PLACEHOLDER.test(secret))];
}

/** The secrets in a value, however deep; `name` is what the value is called. */
export function secretsOf(value: Shown | undefined, name = ""): string[] {
  if (typeof value === "string") {
    const whole = isSecretName(name) && value !== "" && !PLACEHOLDER.test(value) ? [value] : [];
    return [...whole, ...secretsIn(value)];
  }
  if (Array.isArray(value)) return value.flatMap((each) => secretsOf(each, name));
  // What is in a secret is secret, whatever its parts are called.
  if (isObject(value)) {
    return Object.entries(value).flatMap(([key, each]) => secretsOf(each, isSecretName(name) ? name : key));
  }
  return [];
}

/** Takes known secrets, and whatever looks like one, out of a text. */
export class Redactor {
  readonly #known: string[];

  /** @param known secrets in clear; very short ones would blot out half of every text and are no secrets */
  constructor(known: Iterable<string>) {
    // The longest first: one may be a part of another.
    this.#known = [...new Set(known)]
      .flatMap((each) => [each, JSON.stringify(each).slice(1, -1), encodeURIComponent(each), base64(each)])
      .filter((each) => each.length >= 4)
      .toSorted((a, b) => b.length - a.length);
  }

  text(text: string): string {
    const known = this.#known.reduce((left, each) => left.replaceAll(each, SECRET), text);
    const found = foundIn(known);
    const elsewhere = [...new Set(found.map(({ secret }) => secret))].slice(0, MOST_ELSEWHERE);
    return elsewhere.reduce((left, each) => left.replaceAll(each, SECRET), withoutFound(known, found));
  }

  /** Every string in a value. */
  deep<T>(value: T): T {
    if (typeof value === "string") return this.text(value) as T;
    if (Array.isArray(value)) return value.map((each) => this.deep(each)) as T;
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [this.text(key), this.deep(each)]),
    ) as T;
  }
}

/** What was found is taken out wherever it stands in the text. Of very many only the first are looked for so. */
const MOST_ELSEWHERE = 200;

function withoutFound(text: string, found: readonly Found[]): string {
  let left = "";
  let end = 0;
  for (const { secret, at } of found.toSorted((a, b) => a.at - b.at)) {
    if (at >= end) left += text.slice(end, at) + SECRET;
    end = Math.max(end, at + secret.length);
  }
  return left + text.slice(end);
}

function base64(text: string): string {
  return Buffer.from(text)
    .toString("base64")
    .replace(/={1,2}$/, "");
}
