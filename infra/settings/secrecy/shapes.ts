import { rules } from "@secretlint/secretlint-rule-preset-recommend";

/** A secret in a text, and where it begins. */
export interface FoundSecret {
  secret: string;
  at: number;
}

/**
 * Text that is a secret whatever it is called, of those that secretlint doesn't know: keys of AWS, Stripe, Google, Twilio,
 * DigitalOcean, Mailgun, webhooks of Discord and Teams, tokens, PEM, Pulumi's own.
 */
const OWN: readonly RegExp[] = [
  /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g,
  /\bgh[opsu]_[A-Za-z0-9]{20,}\b/g,
  /\bxox[abprs]-[A-Za-z0-9-]{10,}/g,
  /\b[sr]k_(?:live|test)_[A-Za-z0-9]{10,}\b/g,
  /\bwhsec_[A-Za-z0-9+/=]{16,}/g,
  /\bAIza[\w-]{30,}\b/g,
  /\bSK[0-9a-f]{32}\b/g,
  /\bdo[opr]_v1_[0-9a-f]{32,}\b/g,
  /\bkey-[0-9a-f]{32}\b/g,
  /\bsk-[A-Za-z0-9_-]{20,}/g,
  /\bglpat-[\w-]{16,}/g,
  /\bnpm_[A-Za-z0-9]{20,}\b/g,
  /\bhttps:\/\/(?:\w+\.)?discord(?:app)?\.com\/api\/webhooks\/\d+\/[\w-]+/g,
  /\bhttps:\/\/hooks\.slack\.com\/(?:services|workflows|triggers)\/[\w/]+/g,
  /\bhttps:\/\/[\w-]+\.webhook\.office\.com\/[\w/@-]+/g,
  /(?:^|[^\w-])(eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]+)/g,
  /\bpul-[0-9a-f]{40}\b/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
];

/** Rules that find a name or an address with what is in it, which is found here by itself, or no secret. */
const LEFT_OUT = /-(?:aws|basicauth|database-connection-string|filter-comments|privatekey)$/;

interface Report {
  range: readonly [number, number];
}

type Handler = { file?(source: object): unknown };
type Rule = { meta: { id: string }; create(context: object, options: object): Handler };

/**
 * The forms that secretlint's recommended rules know: of some twenty services, kept up by others. Its engine isn't needed:
 * a rule is given a text and reports ranges.
 */
class Secretlint {
  #reported: Report[] = [];
  readonly #handlers: Handler[];

  constructor() {
    const context = {
      sharedOptions: {},
      report: (each: Report) => this.#reported.push(each),
      ignore() {},
      createTranslator: () => (id: string) => ({ message: id, messageId: id }),
    };
    this.#handlers = (rules as unknown as Rule[])
      .filter(({ meta }) => !LEFT_OUT.test(meta.id))
      .map((rule) => rule.create(context, {}));
  }

  find(content: string): FoundSecret[] {
    this.#reported = [];
    for (const handler of this.#handlers)
      handler.file?.({ content, filePath: "text", ext: "", contentType: "text" });
    return this.#reported.map(({ range: [from, to] }) => ({ secret: content.slice(from, to), at: from }));
  }
}

let secretlint: Secretlint | undefined;

/** The secrets in a text that are known by their form. */
export function byForm(text: string): FoundSecret[] {
  // Nothing that is shorter has a form.
  if (text.length < 16) return [];
  secretlint ??= new Secretlint();
  const own = OWN.flatMap((pattern) =>
    [...text.matchAll(pattern)].map(({ 0: all, 1: secret = all, index }) => ({
      secret,
      at: index + all.length - secret.length,
    })),
  );
  return [...own, ...secretlint.find(text)];
}
