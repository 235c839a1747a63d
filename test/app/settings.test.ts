import { describe, expect, test } from "vitest";
import { readAppSettings } from "../../app/settings.ts";

const good = {
  DATABASE_URL: "postgresql://app:hunter2@db.example/app",
  REDIS_URL: "rediss://:hunter2@cache.example:6379/0",
  SECRET_KEY: "k".repeat(64),
};

describe("the service's settings", () => {
  test("have safe defaults", () => {
    expect(readAppSettings(good)).toMatchObject({
      host: "0.0.0.0",
      port: 8000,
      cookieSecure: true,
      cookieSameSite: "strict",
      debug: false,
      faults: false,
      allowedOrigins: [],
    });
  });

  test("take the allowed origins from a list", () => {
    const env = { ...good, ALLOWED_ORIGINS: "https://a.example,https://b.example" };
    expect(readAppSettings(env).allowedOrigins).toEqual(["https://a.example", "https://b.example"]);
  });

  test.each([
    [{ DATABASE_URL: "" }, "DATABASE_URL must be set"],
    [{ REDIS_URL: undefined }, "REDIS_URL must be set"],
    [{ SECRET_KEY: "short" }, "SECRET_KEY must be at least 32 characters long"],
    [{ PORT: "http" }, "PORT must be a whole number from 0 to 65535"],
    [{ DATABASE_POOL_SIZE: "0" }, "DATABASE_POOL_SIZE must be a whole number from 1 to 1000"],
    [{ SESSION_EXPIRE_HOURS: "1.5" }, "SESSION_EXPIRE_HOURS must be a whole number from 1 to 720"],
    [{ MAX_BETA_USERS: "-1" }, "MAX_BETA_USERS must be a whole number from 0 to 10000000"],
    [{ COOKIE_SECURE: "yes" }, "COOKIE_SECURE must be one of true, false"],
    [{ COOKIE_SAMESITE: "loose" }, "COOKIE_SAMESITE must be one of strict, lax, none"],
    [{ FAULTS: "maybe" }, "FAULTS must be one of off, on"],
  ])("refuse %j", (wrong, rule) => {
    expect(() => readAppSettings({ ...good, ...wrong })).toThrow(`The environment is incomplete: ${rule}.`);
  });

  test("name every mistake and no value: it may be a secret", () => {
    const env = { DATABASE_URL: "postgresql://app:hunter2@db/app", SECRET_KEY: "hunter2" };
    expect(() => readAppSettings(env)).toThrow(
      "The environment is incomplete: REDIS_URL must be set; SECRET_KEY must be at least 32 characters long.",
    );
  });
});
