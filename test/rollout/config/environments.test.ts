import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { StackFile } from "../../../rollout/config/stack-file.ts";
import { readProject } from "../../../rollout/graph/project.ts";

// Pulumi ESC's environments of a stack, in every form that its documentation has ("Integrate with Pulumi IaC"), and what
// Pulumi writes beside them: whatever of ours edits the file, they stay as they were written, comments and all.
const FORMS = [
  "environment:\n  - shop/beta\n  - shared # for all\n",
  "environment: [shop/beta@stable, shared]\n",
  "environment:\n  imports: [shop/beta]\n  values:\n    pulumiConfig: { aws:region: eu-west-1 }\n    environmentVariables:\n      TOKEN: ${shop.token}\n",
  "secretsprovider: awskms://alias/pulumi?region=us-east-1\nencryptedkey: AQICAHh==\nenvironment:\n- shop/beta\n",
];
const CONFIG = `config:
  rollout:tracks: { blue: { weight: 90 }, green: { weight: 10 } }
  rollout:stable: blue
  rollout:cohorts: { pilots: { to: green, header: { x-pilot: "yes" } } }
`;

let folder: string;
const file = () => join(folder, "Pulumi.beta.yaml");
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "environments-"));
  await writeFile(join(folder, "Pulumi.yaml"), "name: shop\nruntime: nodejs\n");
});
afterEach(() => rm(folder, { recursive: true }));

const EDITS: [name: string, edit: (config: StackFile) => Promise<void>][] = [
  ["weights", (config) => config.setWeights({ blue: 50, green: 50 })],
  ["the last step, with a drain", (config) => config.setWeights({ green: 100 }, "blue")],
  ["stable", (config) => config.setStable("green")],
  ["maintenance", (config) => config.setMaintenance(true)],
  ["cohorts", (config) => config.setCohorts(["pilots"], "blue")],
];

const CASES = FORMS.flatMap((form) =>
  [form + CONFIG, CONFIG + form].flatMap((text) =>
    EDITS.map(([name, edit]) => [name, form, text, edit] as const),
  ),
);

test.each(CASES)("an edit of %s leaves it as it is: %j", async (_name, form, text, edit) => {
  await writeFile(file(), text);
  await edit(new StackFile(folder, "beta"));
  const edited = await readFile(file(), "utf8");
  expect(edited).not.toBe(text);
  expect(edited).toContain(form);
  // And the project is read with it.
  expect(readProject(folder, "beta").config["rollout:tracks"]).toContain('"blue"');
});
