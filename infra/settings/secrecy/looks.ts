import { isSecretName, tellsApart } from "./names.ts";
import { isRandom } from "./random.ts";
import { byForm, type FoundSecret } from "./shapes.ts";

/** What stands before an `@` that begins no placeholder, and in it the password of a URL. */
const BEFORE_AT = /(?<![^\s@"'])[^\s@"']+(?=@(?!@))/g;
const IN_URL = /:\/\/[^/:]*:(.+)$/s;

/**
 * `KEY=value` of an environment file, `key: value` of YAML, `"key": "value"` of JSON, `--key=value`. Where the name doesn't
 * begin after a space or a mark, what is behind its first dash counts as one. Each name is read once, from its beginning: a
 * long text of dashes took seconds.
 */
const ASSIGNED = /(?:(?<=^|[\s"'{,;(])|(?<=[^\w-])(?=\w*-))([\w-]+)(?:["']?\s*([:=])\s*["']?)([^\s"',;}]+)/gm;

/** What stands behind another's sign: `deleted: KEY=value`. */
const BEHIND = /^([\w-]+)=["']?(.+)$/s;

/** `?key=value&key=value` of a URL. */
const IN_QUERY = /[?&]([\w-]+)=([^\s"'&#]+)/g;

/** How a variable of an environment file is called. */
const VARIABLE = /^[A-Z][A-Z0-9_]*$/;

/** What a template puts in later, and what stands for something: no secret is in it. */
const PLACEHOLDER =
  /^(?:@@[\w-]+@@|\$\(.*|\$\{?[\w.-].*|\(secret.*|<[^>]*>|%[^%]+%|\{\{.*|\*+|true|false|on|off|null|none|yes|no|required|optional|\d{1,5})$/i;

/** Whether a value is one, whatever it is called. */
export function isPlaceholder(value: string): boolean {
  return value === "" || PLACEHOLDER.test(value);
}

/** The secrets that a text holds in clear: by their form, by what they are called, and variables that look random. */
export function foundIn(text: string): FoundSecret[] {
  const inUrls = [...text.matchAll(BEFORE_AT)].flatMap(({ 0: before, index }) => {
    const secret = IN_URL.exec(before)?.[1];
    return secret === undefined ? [] : [{ secret, at: index + before.length - secret.length }];
  });
  const assigned = [...text.matchAll(ASSIGNED)].flatMap(
    ({ 0: all, 1: name = "", 2: sign = "", 3: value = "", index }) => {
      const secret = isAssigned(name, sign, value) ? value : secretBehind(value);
      return secret === undefined ? [] : [{ secret, at: index + all.length - secret.length }];
    },
  );
  const inQueries = [...text.matchAll(IN_QUERY)]
    .filter(([, name = ""]) => isSecretName(name))
    .map(({ 0: all, 2: secret = "", index }) => ({ secret, at: index + all.length - secret.length }));
  return [
    ...byForm(text),
    ...[...inUrls, ...assigned, ...inQueries].filter(({ secret }) => !isPlaceholder(secret)),
  ];
}

function isAssigned(name: string, sign: string, value: string): boolean {
  return isSecretName(name) || isRandomVariable(name, sign, value);
}

function secretBehind(text: string): string | undefined {
  const [, name = "", value = ""] = BEHIND.exec(text) ?? [];
  return isAssigned(name, "=", value) ? value : undefined;
}

function isRandomVariable(name: string, sign: string, value: string): boolean {
  return sign === "=" && VARIABLE.test(name) && !tellsApart(name) && isRandom(value);
}

/**
 * Why a variable of the app looks like a secret: `by its name`. Undefined: it looks like none.
 */
export function secretBy(name: string, value: string): string | undefined {
  if (isPlaceholder(value)) return undefined;
  if (byForm(value).length > 0) return "by its form";
  if (foundIn(value).length > 0) return "by what is in it";
  if (isSecretName(name)) return "by its name";
  return !tellsApart(name) && isRandom(value) ? "for it is random" : undefined;
}
