import { describe, expect, it } from "vitest";
import { Cleaner } from "../../../rollout/visit/clean.ts";
import { ageText, lineText } from "../../../rollout/visit/text.ts";

const line = (text: string, server = "blue-1") => ({ at: 0, track: "blue", server, process: "app", text });

describe("what is taken out of logs", () => {
  const clean = (...texts: string[]) => {
    const cleaner = new Cleaner(["hollyhock"]);
    return texts.map((text) => cleaner.clean(line(text)).text);
  };
  it("is a known secret, and what looks like one", () => {
    expect(clean("it is hollyhock", "redis://:geheim99@cache/0", "GET /quotes 200")).toEqual([
      "it is (secret)",
      "redis://:(secret)@cache/0",
      "GET /quotes 200",
    ]);
  });

  it("is a private key over all of its lines, and no other server's lines", () => {
    const cleaner = new Cleaner([]);
    const begin = cleaner.clean(line("key: -----BEGIN RSA PRIVATE KEY-----")).text;
    expect(begin).toBe("key: (secret)");
    expect(cleaner.clean(line("TWlJRXZnSUJBREFOQmdr")).text).toBe("(secret)");
    expect(cleaner.clean(line("between", "green-1")).text).toBe("between");
    expect(cleaner.clean(line("-----END RSA PRIVATE KEY-----")).text).toBe("(secret)");
    expect(cleaner.clean(line("after")).text).toBe("after");
  });
});

it("each line of a text says whose it is", () => {
  expect(lineText(line("one\ntwo"))).toBe(
    "1970-01-01T00:00:00Z blue-1 app | one\n1970-01-01T00:00:00Z blue-1 app | two",
  );
  expect(lineText(line("x", "i-1"))).toBe("1970-01-01T00:00:00Z blue i-1 app | x");
});

it.each([
  [0, "0 s"],
  [119_999, "119 s"],
  [120_000, "2 min"],
  [7_199_999, "119 min"],
  [7_200_000, "2 h"],
  [172_799_999, "47 h"],
  [172_800_000, "2 d"],
])("%i ms is %s", (ms, text) => {
  expect(ageText(ms)).toBe(text);
});
