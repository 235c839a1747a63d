import { readFileSync } from "node:fs";

interface Report {
  numPassedTests: number;
  numFailedTests: number;
  testResults: { status: string; assertionResults: { status: string; fullName: string }[] }[];
}

// `node tally.ts REPORT [--skips-fail]`: prints how many tests passed, failed and were skipped, from a JSON report of vitest.
// A file that doesn't load has no tests that could fail: it counts as one that did. With --skips-fail a skipped test counts
// as one that failed, and is named on stderr.
const [path, option] = process.argv.slice(2);
const report: Report = JSON.parse(readFileSync(path!, "utf8"));
const broken = report.testResults.filter(
  ({ status, assertionResults }) => status === "failed" && assertionResults.length === 0,
);
const skipped = report.testResults
  .flatMap(({ assertionResults }) => assertionResults)
  .filter(({ status }) => status !== "passed" && status !== "failed");
const failed = report.numFailedTests + broken.length;
if (option === "--skips-fail") {
  for (const { fullName } of skipped) console.error(`Skipped, which is a failure here: ${fullName}`);
  console.log(`${report.numPassedTests} ${failed + skipped.length} 0`);
} else {
  console.log(`${report.numPassedTests} ${failed} ${skipped.length}`);
}
