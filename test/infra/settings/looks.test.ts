import { createHash, randomBytes, randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { secretBy } from "../../../infra/settings/secrecy/looks.ts";
import { isRandom } from "../../../infra/settings/secrecy/random.ts";

/** Put together here, so that nobody's scanner of repositories takes them for real ones. */
const joined = (...parts: string[]) => parts.join("");
const hex = (length: number, seed = "x") =>
  createHash("sha512").update(seed).digest("hex").repeat(2).slice(0, length);
const letters = (length: number, seed = "x") =>
  createHash("sha512")
    .update(seed)
    .digest("base64")
    .replaceAll(/[^A-Za-z0-9]/g, "")
    .repeat(3)
    .slice(0, length);

/** Variables as applications have them, whose values are secrets. */
const SECRETS: [name: string, value: string][] = [
  // By their names, with values that nothing else gives away.
  ...[
    ...[
      "PASSWORD",
      "PASSWORD2",
      "DB_PASSWORD",
      "DB_PASS",
      "PGPASSWORD",
      "MYSQL_PWD",
      "SMTP_PASS",
      "ROOT_PASSWORD_OLD",
    ],
    ...[
      "ADMIN_PASSWD",
      "KEY_PASSPHRASE",
      "SSH_PASSPHRASE_2",
      "LOGIN_PASSCODE",
      "HTPASSWD",
      "BASIC_AUTH",
      "NPM_AUTH",
    ],
    ...[
      "RAILS_MASTER_KEY",
      "SECRET_KEY_BASE",
      "JWT_SIGNING_KEY",
      "JWT_SECRET",
      "APP_KEY",
      "APP_SECRET",
      "HMAC_KEY",
    ],
    ...[
      "ENCRYPTION_KEY",
      "FERNET_KEY",
      "FIELD_ENCRYPTION_KEY_1",
      "DJANGO_SECRET",
      "SESSION_SECRET",
      "COOKIE_SECRET",
    ],
    ...[
      "NEXTAUTH_SECRET",
      "AUTH0_CLIENT_SECRET",
      "OAUTH_CLIENT_SECRET_PROD",
      "GOOGLE_CLIENT_SECRET",
      "CSRF_SECRET",
    ],
    ...[
      "API_KEY",
      "APIKEY",
      "STRIPE_KEY",
      "OPENAI_API_KEY",
      "MAPS_KEY",
      "DATADOG_APP_KEY",
      "ALGOLIA_ADMIN_KEY",
    ],
    ...["SUPABASE_SERVICE_ROLE_KEY", "ACCESS_KEY", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "S3_SECRET"],
    ...[
      "GITHUB_TOKEN",
      "GH_TOKEN",
      "NPM_TOKEN",
      "SLACK_TOKEN",
      "BOT_TOKEN",
      "TWILIO_AUTH_TOKEN",
      "ACCESS_TOKENS",
    ],
    ...["REFRESH_TOKEN", "DEPLOY_TOKEN_STAGING", "VAULT_TOKEN", "WEBHOOK_SECRET", "SENTRY_AUTH_TOKEN"],
    ...[
      "PASSWORD_SALT",
      "HASH_PEPPER",
      "CREDENTIALS",
      "DB_CREDS",
      "GOOGLE_CREDENTIALS",
      "GCP_CREDENTIALS_BASE64",
    ],
    ...[
      "AZURE_STORAGE_CONNECTION_STRING",
      "LICENSE_KEY",
      "PRIVATE_KEY",
      "SSH_PRIVATE_KEY_B64",
      "TEAMS_WEBHOOK_URL",
    ],
  ].map((name): [string, string] => [name, "correcthorse"]),
  // By their form, called something harmless.
  ["A", joined("AK", "IA", "IOSFODNN7ABCDEFG")],
  ["A", joined("gh", "p_", letters(36))],
  ["A", joined("github", "_pat_", letters(22), "_", letters(59))],
  ["A", joined("gl", "pat-", letters(20))],
  ["A", joined("np", "m_", letters(36))],
  ["A", joined("xo", "xb-123456789012-123456789012-", letters(24))],
  ["A", joined("https://hooks.sl", "ack.com/services/T00000000/B00000000/", letters(24))],
  ["A", joined("https://discord", ".com/api/webhooks/123456789012345678/", letters(68))],
  ["A", joined("https://example.webhook", ".office.com/webhookb2/", hex(32), "@", hex(32))],
  ["A", joined("sk_", "live_", letters(24))],
  ["A", joined("rk_", "test_", letters(24))],
  ["A", joined("wh", "sec_", letters(32))],
  ["A", joined("S", "G.", letters(22), ".", letters(43))],
  ["A", joined("sk", "-ant-api03-", letters(93), "AA")],
  ["A", joined("sk", "-proj-", letters(48))],
  ["A", joined("AI", "za", letters(35))],
  ["A", joined("S", "K", hex(32))],
  ["A", joined("shp", "at_", hex(32))],
  ["A", joined("lin", "_api_", letters(40))],
  ["A", joined("dop", "_v1_", hex(64))],
  ["A", joined("key", "-", hex(32))],
  ["A", joined("ey", "JhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.", letters(43))],
  ["A", joined("pul", "-", hex(40))],
  ["A", "-----BEGIN EC PRIVATE KEY-----\\nMHcCAQEEI"],
  // By what is in it.
  ["A_URL", "postgresql://app:hunter22@db.example.com/app"],
  ["A_URL", "amqps://user:hunter22@mq.example.com/v"],
  ["A_URL", "https://api.example.com/v1?api_key=hunter22"],
  [
    "A",
    joined(
      "DefaultEndpointsProtocol=https;AccountName=x;Account",
      "Key=hunter22;EndpointSuffix=core.windows.net",
    ),
  ],
  ["A", '{"user": "app", "password": "hunter22"}'],
  // For they are random.
  ["A", letters(24)],
  ["A", letters(40)],
  ["A", hex(32)],
  ["A", hex(64)],
  ["A", hex(128)],
  ["STRIPE", Buffer.from(hex(64), "hex").toString("base64")],
];

/** Variables as applications have them, for all to read. */
const HARMLESS: [name: string, value: string][] = [
  ["NODE_ENV", "production"],
  ["RAILS_ENV", "production"],
  ["FEATURE_X", "on"],
  ["FEATURE_NEW_TOKEN", "true"],
  ["LOG_LEVEL", "debug"],
  ["TZ", "Europe/Madrid"],
  ["LANG", "en_US.UTF-8"],
  ["PUBLIC_URL", "https://app.example.com/some/long/path/with-many-words-in-it"],
  ["API_BASE_URL", "https://api.example.com/v1?page=2&sort=name"],
  ["CDN", "https://d111111abcdef8.cloudfront.net"],
  ["SENTRY_DSN", joined("https://", hex(32), "@o123456.ingest.sentry.io/4501234567890123")],
  ["DATABASE_HOST", "production-database-1a2b3c4.c9akciq32rvd.eu-south-2.rds.amazonaws.com"],
  ["GIT_COMMIT", hex(40)],
  ["COMMIT_SHA", hex(40)],
  ["RELEASE", hex(12)],
  ["IMAGE_DIGEST", `sha256:${hex(64)}`],
  ["ASSET_HASH", hex(32)],
  ["TENANT_ID", randomUUID()],
  ["WORKSPACE", randomUUID()],
  ["COGNITO_CLIENT_ID", "1h57kf5cpq17m0eml12kexampl"],
  ["GOOGLE_CLIENT_ID", joined("123456789012-", letters(32).toLowerCase(), ".apps.googleusercontent.com")],
  ["COGNITO_POOL", "us-east-1_AbCdEfGhI"],
  ["TOPIC", "arn:aws:sns:us-east-1:123456789012:production-alerts-P1-1a2b3c4"],
  ["SECRET_ARN", "arn:aws:secretsmanager:us-east-1:123456789012:secret:production-app-1a2b3c4-AbCdEf"],
  ["S3_BUCKET", "production-uploads-1a2b3c4d5e6f"],
  ["PASSWORD_MIN_LENGTH", "12"],
  ["PASSWORD_POLICY", "strict"],
  ["TOKEN_TTL", "3600"],
  ["TOKEN_EXPIRY_MINUTES", "3600"],
  ["USE_TOKEN", "yes"],
  ["JWT_PUBLIC_KEY", "https://auth.example.com/.well-known/jwks.json"],
  ["STRIPE_PUBLISHABLE_KEY", joined("pk", "_live_51abc")],
  ["PRIMARY_KEY", "id"],
  ["CACHE_KEY", "v2"],
  ["KEYBOARD", "es"],
  ["MONKEY", "banana"],
  ["AUTHOR", "Ada Lovelace"],
  ["COMPASS", "north"],
  ["TOKENIZERS_PARALLELISM", "false"],
  ["SMTP_HOST", "email-smtp.us-east-1.amazonaws.com"],
  ["CSP", "default-src 'self'; img-src https://images.example.com data:"],
  ["CORS", "https://app.example.com,https://admin.example.com"],
  ["PLANS", '{"free": {"users": 5}, "team": {"users": 50, "price": 1900}}'],
  ["SQL", "SELECT count(*) FROM quotes WHERE created_at > now() - interval '1 day'"],
  ["GREETING", "Welcome to our shop! Please sign in with your e-mail address."],
  ["JAVA_OPTS", "-Xms512m -Xmx2048m -XX:+UseG1GC -XX:MaxGCPauseMillis=200"],
  ["CLASS", "com.example.shop.infrastructure.persistence.PostgresOrderRepository"],
  ["CIPHERS", "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305"],
  ["CRON", "0 3 1 * *"],
  ["VERSION_NAME", "2026.11.29-rc.1+build.20261129"],
  ["NEXT_PUBLIC_SITE_KEY", "6LeIxAcTAAAAAJcZVRqyHh71"],
];

test.each(SECRETS)("%s=%s looks like a secret", (name, value) => {
  expect(secretBy(name, value)).toMatch(/^(by its (name|form)|by what is in it|for it is random)$/);
});

test.each(HARMLESS)("%s=%s looks like none", (name, value) => {
  expect(secretBy(name, value)).toBeUndefined();
});

test("nearly every text that is drawn at random is random", () => {
  const draws = Array.from({ length: 1_000 }, () => randomBytes(24).toString("base64url"));
  expect(draws.filter((each) => !isRandom(each)).length).toBeLessThan(60);
  const inHex = Array.from({ length: 1_000 }, () => randomBytes(20).toString("hex"));
  expect(inHex.filter((each) => !isRandom(each)).length).toBeLessThan(60);
});
