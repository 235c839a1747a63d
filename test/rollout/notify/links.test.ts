import { expect, test } from "vitest";
import { linksIn } from "../../../rollout/notify/links.ts";

const GITHUB = {
  GITHUB_SERVER_URL: "https://github.com",
  GITHUB_REPOSITORY: "team/app",
  GITHUB_RUN_ID: "7",
};

test("lead to the pages that are named, to GitHub's run and to the dashboard", () => {
  const env = {
    ...GITHUB,
    ROLLOUT_LINKS: "Live_page=https://live.example.com/x Report=https://r.example.com",
  };
  expect(linksIn(env, "https://console.example.com/d")).toEqual([
    { text: "Live page", url: "https://live.example.com/x" },
    { text: "Report", url: "https://r.example.com" },
    { text: "This run, and its report", url: "https://github.com/team/app/actions/runs/7" },
    { text: "Dashboard", url: "https://console.example.com/d" },
  ]);
});

test("are none where none is known", () => expect(linksIn({}, undefined)).toEqual([]));

test.each(["secret", "Live=javascript:alert(1)", "Live=http://", "=https://x"])(
  "%s is refused, unseen",
  (text) => {
    const refused = () => linksIn({ ROLLOUT_LINKS: text }, undefined);
    expect(refused).toThrow("ROLLOUT_LINKS must hold pages such as Live=https://...");
  },
);
