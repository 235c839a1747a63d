import { last } from "../../sure.ts";

/** Names of what nobody may read: a variable, a property, a key of a file. */
const SECRET_NAME =
  /(?:^|[^a-z])(?:(?:pg|my|mysql|sa)?pass(?:word|wd|phrase|code)?|pwd|secrets?(?:[_-]?(?:key(?:[_-]?base)?|string|access[_-]?key))?|(?:auth|api|access|bearer|refresh)?[_-]?tokens?|(?:api|access|account|private|master|signing|encryption|service[_-]?role|shared[_-]?access|webhook|license)[_-]?keys?|apikey|credentials?|creds|auth|salt|pepper|htpasswd|connection[_-]?string|webhook(?:[_-]?urls?)?)$/i;

/** Names like those that hold something else: where a secret is kept, not what it says. */
const INNOCENT_NAME =
  /(arn|id|ids|name|path|url|file|length|days|version|policy|strategy|size|count|ttl|header|type|prefix|enabled|required|timeout|seconds|minutes|hours)$/i;

/** Of a webhook the address is the secret. */
const WEBHOOK = /(?:^|[^a-z])webhook(?:[_-]?urls?)?$/i;

/** A variable that is some key, and not one that is for everybody, or of a table. */
const KEY_VARIABLE = /^[A-Z][A-Z0-9_]*_KEYS?(?:_?[0-9]+)?$/;
const OPEN_KEY =
  /(?:^|_)(?:PUBLIC|PUBLISHABLE|PRIMARY|FOREIGN|SORT|PARTITION|SHARD|CACHE|ROUTING|HASH|RANGE|GROUP|IDEMPOTENCY|SITE|MEASUREMENT)_KEYS?(?:_?[0-9]+)?$/;

/** What build tools put into the pages that everybody loads. */
const OPEN_VARIABLE = /^(?:NEXT_PUBLIC|NUXT_PUBLIC|EXPO_PUBLIC|PUBLIC|VITE|REACT_APP)_/;

/** Names of what tells apart or names something, however random it is. */
const TELLS_APART =
  /(?:^|[^a-z])(?:commit|sha|sha[0-9]+|md5|hash|digest|revision|rev|ref|version|checksum|fingerprint|etag|build|release|tag|image|uuid|guid|bucket|host|domain|dsn|origins?|integrity|key[_-]?id)$/i;

/** Whether what is called so is a secret whatever it looks like. */
export function isSecretName(name: string): boolean {
  const words = name.replace(/([a-z0-9])([A-Z])/g, "$1_$2");
  if (OPEN_VARIABLE.test(name)) return false;
  if (WEBHOOK.test(words)) return true;
  if (KEY_VARIABLE.test(name)) return !OPEN_KEY.test(name);
  return SECRET_NAME.test(bare(words)) && !INNOCENT_NAME.test(words);
}

/** Which of several it is, not what: `PASSWORD2`, `TOKEN_OLD`, `KEY_1_BASE64`. */
const WHICH = new Set(
  "b64 base64 old new previous next prod production beta staging test dev live".split(" "),
);

function bare(name: string): string {
  const words = name.split(/[_-]/);
  while (words.length > 1 && (/^\d*$/.test(last(words)) || WHICH.has(last(words).toLowerCase()))) words.pop();
  return words.join("_").replace(/(?<=\D)\d{1,9}$/, "");
}

/** Whether what is called so may look random and be none. */
export function tellsApart(name: string): boolean {
  return (
    OPEN_VARIABLE.test(name) || OPEN_KEY.test(name) || TELLS_APART.test(name) || INNOCENT_NAME.test(name)
  );
}
