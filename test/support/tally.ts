import { readFileSync } from "node:fs";

interface Report {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: { status: string; assertionResults: unknown[] }[];
}

// `node tally.ts REPORT`: prints how many tests passed, failed and were skipped, from a JSON report of vitest.
// A file that doesn't load has no tests that could fail: it counts as one that did.
const report: Report = JSON.parse(readFileSync(process.argv[2]!, "utf8"));
const broken = report.testResults.filter(
  ({ status, assertionResults }) => status === "failed" && assertionResults.length === 0,
);
const failed = report.numFailedTests + broken.length;
console.log(`${report.numPassedTests} ${failed} ${report.numPendingTests + report.numTodoTests}`);
