import { upTo } from "../infra/sure.ts";

/**
 * What AWS, Pulumi, Docker and the network say when a person's setup lacks something, as a sentence with what to do.
 *
 * @returns undefined for anything else: that is a bug of ours, and its stack is wanted
 */
export function sentenceOf(error: unknown): string | undefined {
  const seen = causesOf(error);
  for (const rule of RULES) {
    for (const each of seen) {
      const sentence = rule(each);
      if (sentence !== undefined) return sentence;
    }
  }
  return undefined;
}

/** An error as far as the SDKs', Pulumi's and Node's are told apart by. */
interface Seen {
  name: string;
  message: string;
  code: string;
  /** What Node was asked to do with which file; empty for anything else. */
  syscall: string;
  path: string;
  /** The HTTP status of AWS's answer. */
  status: number | undefined;
  /** What a command wrote to stderr. */
  stderr: string;
}

type Rule = (error: Seen) => string | undefined;

const RULES: Rule[] = [
  noPulumi,
  pulumiSays,
  noCredentials,
  oldCredentials,
  refused,
  notThere,
  throttled,
  unreachable,
  closedFile,
];

const SIGN_IN =
  "Sign in (`aws sso login`, or `aws configure`), name the profile by AWS_PROFILE, and see whose they are: `aws sts get-caller-identity`.";

/** Node's word for a program that isn't there, as Pulumi's Automation API passes it on. */
function noPulumi({ message, stderr }: Seen): string | undefined {
  if (!/ENOENT: pulumi |spawn pulumi ENOENT/.test(`${message}\n${stderr}`)) return undefined;
  return "There is no Pulumi CLI: neither `pulumi` on the PATH nor one that `npx pulumi` has brought. Bring one: npx pulumi version";
}

/** Pulumi's CLI says in lines that begin with `error:` what is wrong. What to do isn't in them. */
function pulumiSays({ name, stderr }: Seen): string | undefined {
  if (!/^(Command|StackNotFound|ConcurrentUpdate|StackAlreadyExists)Error$/.test(name)) return undefined;
  const lines = stderr.split("\n").flatMap((line) => /^ *error: (.+)$/.exec(line)?.[1] ?? []);
  const said = lines.length > 0 ? lines.slice(0, 5).join("; ") : upTo(stderr.trim(), "\n");
  const [, advice] = PULUMI.find(([pattern]) => pattern.test(stderr)) ?? [];
  return `Pulumi: ${said || "it ended without a word"}.${advice ? ` ${advice}` : ""}`.replace(/\.{2,}/, ".");
}

const PULUMI: [pattern: RegExp, advice: string][] = [
  [
    /PULUMI_ACCESS_TOKEN must be set/,
    "Log in to where the state is: `pulumi login s3://...`, or PULUMI_ACCESS_TOKEN for Pulumi Cloud.",
  ],
  [
    /invalid access token|401: Unauthorized/i,
    "The token of Pulumi Cloud isn't taken: `pulumi login`, or another PULUMI_ACCESS_TOKEN.",
  ],
  [
    /no stack named/,
    "Was it made (`pulumi stack init`), and are you logged in to where its state is (`pulumi whoami --verbose`)?",
  ],
  [/incorrect passphrase/, "PULUMI_CONFIG_PASSPHRASE isn't the stack's."],
  [/passphrase must be set/, "Set PULUMI_CONFIG_PASSPHRASE_FILE, or PULUMI_CONFIG_PASSPHRASE."],
  [
    /stack is currently locked|\[409\]/,
    "Another update holds it. Whose it is says the line above; one that died is taken away by `pulumi cancel`.",
  ],
  [
    /ExpiredToken|security token included in the request is expired/i,
    `AWS's credentials have ended. ${SIGN_IN}`,
  ],
  [
    /no EC2 IMDS role found|failed to refresh cached credentials|NoCredentialProviders/,
    `There are no credentials of AWS here. ${SIGN_IN}`,
  ],
  [
    /InvalidAccessKeyId|InvalidClientTokenId|SignatureDoesNotMatch/,
    `AWS doesn't know these credentials. ${SIGN_IN}`,
  ],
  [
    /AccessDenied|is not authorized to perform/i,
    "These credentials may not do it: are they of the stack's account and role?",
  ],
  [
    /no such host|dial tcp|i\/o timeout|connection refused/i,
    "It can't be reached from here: look at the network, at proxies and at the region.",
  ],
  [/unable to open state directory/, "Log in to where the state is: `pulumi login`."],
  [
    /Cannot connect to the Docker daemon|docker daemon/i,
    "Docker doesn't run here: it builds the image. Start it, or name an image (`rollout:tracks.<name>.image`).",
  ],
];

/** AWS SDK for JavaScript: nothing in its chain of providers had any. */
function noCredentials({ name, message }: Seen): string | undefined {
  const isNone =
    name === "CredentialsProviderError" ||
    name === "TokenProviderError" ||
    /^Could not load credentials/.test(message);
  if (!isNone) return undefined;
  const ended = /expired/i.test(message) ? " The session of the profile has ended." : "";
  return `There are no credentials of AWS here.${ended} ${SIGN_IN}`;
}

/** AWS's common errors ("Common Error Types" of each service's API Reference). */
function oldCredentials({ name }: Seen): string | undefined {
  if (/^(ExpiredToken|ExpiredTokenException|RequestExpired|TokenRefreshRequired)$/.test(name))
    return `AWS's credentials have ended. ${SIGN_IN}`;
  if (
    /^(InvalidClientTokenId|UnrecognizedClientException|InvalidAccessKeyId|SignatureDoesNotMatch|AuthFailure|InvalidSignatureException|IncompleteSignature)$/.test(
      name,
    )
  )
    return `AWS doesn't know these credentials. ${SIGN_IN}`;
  return undefined;
}

function refused({ name, message, status }: Seen): string | undefined {
  if (
    !/^(AccessDenied|AccessDeniedException|UnauthorizedOperation|AuthorizationError|Forbidden)/.test(name) &&
    status !== 403
  )
    return undefined;
  return `AWS refuses: ${oneLine(message)} Are these credentials of the stack's account, and of a role that may do it? See: aws sts get-caller-identity`;
}

const THINGS = ["Listener", "LoadBalancer", "TargetGroup", "DBInstance", "Resource", "NoSuchBucket", "Rule"];

/** What the state says is there isn't: the usual reason is another account or region. */
function notThere({ name, message }: Seen): string | undefined {
  if (!THINGS.some((each) => name.startsWith(each)) || !/NotFound|NoSuch/.test(name)) return undefined;
  return `AWS doesn't have what the stack's state names: ${oneLine(message)} Are these credentials of the stack's account? See: aws sts get-caller-identity. If they are, somebody deleted it: pulumi refresh`;
}

function throttled({ name }: Seen): string | undefined {
  if (!/^(Throttling|ThrottlingException|TooManyRequestsException|RequestLimitExceeded|SlowDown)$/.test(name))
    return undefined;
  return "AWS takes no more requests of this account for now, after some tries. Try again in a minute.";
}

function unreachable({ name, code, message }: Seen): string | undefined {
  const isNetwork =
    /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|EPIPE|UND_ERR_\w+|CERT_HAS_EXPIRED|SELF_SIGNED_CERT_IN_CHAIN)$/.test(
      code,
    );
  if (!isNetwork && name !== "TimeoutError") return undefined;
  return `It can't be reached from here: ${oneLine(message) || code} Look at the network, at proxies (HTTPS_PROXY) and at the region.`;
}

const CLOSED: Record<string, string> = {
  EACCES: "this user may not. Give it the right to, or work on a copy of the project that is its own",
  EPERM: "this user may not. Give it the right to, or work on a copy of the project that is its own",
  EROFS: "the file system is read-only. Work on a copy of the project elsewhere",
};
/** Node names no file when a write fails that was opened before. */
const FULL: Record<string, string> = {
  ENOSPC: "the disk is full. Make room: df -h shows where",
  EDQUOT: "this user's share of the disk is used up",
  EFBIG: "no file of this user may be so large: ulimit -f says how large",
};

/** A folder that can't be written, or a file that can't be read. */
function closedFile({ code, syscall, path }: Seen): string | undefined {
  const why = FULL[code] ?? CLOSED[code];
  if (why === undefined || !/^[a-z]+$/.test(syscall)) return undefined;
  if (path !== "") return `${path} (${syscall}): ${why}.`;
  return code in FULL ? `A file can't be written: ${why}.` : undefined;
}

/** As one sentence. */
function oneLine(message: string): string {
  const text = message.replaceAll(/\s+/g, " ").trim();
  return text === "" || /[.!?]$/.test(text) ? text : `${text}.`;
}

/** The error, and what it was caused by: a client's error wraps the socket's. */
function causesOf(error: unknown): Seen[] {
  const seen: Seen[] = [];
  for (let each = error; isObject(each) && seen.length < 10; each = each.cause ?? firstOf(each.errors)) {
    const { name, message, code, syscall, path, $metadata, commandResult } = each;
    seen.push({
      name: String(name ?? ""),
      message: String(message ?? ""),
      code: String(code ?? ""),
      syscall: String(syscall ?? ""),
      path: String(path ?? ""),
      status: ($metadata as { httpStatusCode?: number } | undefined)?.httpStatusCode,
      stderr: String((commandResult as { stderr?: string } | undefined)?.stderr ?? ""),
    });
  }
  return seen;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** Of Node's AggregateError: one for each address that was tried. */
function firstOf(errors: unknown): unknown {
  return Array.isArray(errors) ? errors[0] : undefined;
}
