import { spawnSync } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../support/sample.ts";
import { SETTINGS } from "./django-settings.ts";

/** An application as its framework's own generator makes it, with what its team adds; in git, with three versions as tags. */
export interface App {
  name: string;
  /** Lays it out in an empty folder that is called `shop`. */
  make(folder: string): void;
  /** The file that its versions differ in, and each one's text. */
  versions(folder: string): { file: string; bad: string; good: string };
  healthPath: string;
  /** What `rollout init` must have found, in the words that it says it in. */
  found: string[];
}

const python = join(ROOT, ".cache/foreign/python");

export const djangoThere = existsSync(join(python, "bin/django-admin"));

/** A project of `django-admin startproject`. */
export const DJANGO: App = {
  name: "Django",
  healthPath: "/admin/login/",
  found: ["found: Django\n", "found: port 8000 (EXPOSE)", "found: Django's migrations"],
  make(folder) {
    run(join(python, "bin/django-admin"), ["startproject", "shop", "."], folder);
    appendFileSync(join(folder, "shop/settings.py"), SETTINGS);
    write(folder, "requirements.txt", "django\ngunicorn\npsycopg\n");
    write(folder, ".dockerignore", ".venv\n.git\n");
    write(folder, ".gitignore", ".venv\n__pycache__\n");
    symlinkSync(python, join(folder, ".venv"));
    write(
      folder,
      "Dockerfile",
      `FROM python:3.12-slim
WORKDIR /srv
COPY requirements.txt .
RUN pip install -r requirements.txt
COPY . .
EXPOSE 8000
CMD ["gunicorn", "shop.wsgi", "--bind", "0.0.0.0:8000"]
`,
    );
  },
  versions(folder) {
    const text = readFileSync(join(folder, "shop/urls.py"), "utf8");
    const page = (body: string) =>
      text
        .replace(
          "from django.urls import path",
          "from django.http import HttpResponse\nfrom django.urls import path",
        )
        .replace(
          "urlpatterns = [",
          `\ndef home(request):\n    ${body}\n\nurlpatterns = [\n    path("", home),`,
        );
    return {
      file: "shop/urls.py",
      // The smoke test of one page doesn't meet it: users do.
      bad: page('BASKETS[seen.pop()] += 1\n    return HttpResponse("ours")').replace(
        "def home",
        "BASKETS = [0] * 20\nseen = list(range(20))\n\n\ndef home",
      ),
      good: page('return HttpResponse("the new page")'),
    };
  },
};

/** A project of `npx express-generator`, the version that npm has. */
export const EXPRESS: App = {
  name: "Express",
  healthPath: "/users",
  found: ["found: Express\n", "found: port 3000 (EXPOSE)", "found: command node ./bin/www (CMD)"],
  make(folder) {
    run("npx", ["--yes", "express-generator@4.16.1", "--no-view", "--git", "--force", "."], folder);
    run("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error"], folder);
    write(folder, ".dockerignore", "node_modules\n.git\n");
    write(
      folder,
      "Dockerfile",
      `FROM node:24-slim
WORKDIR /srv
COPY package*.json ./
RUN npm ci
COPY . .
EXPOSE 3000
CMD ["node", "./bin/www"]
`,
    );
  },
  versions(folder) {
    const text = readFileSync(join(folder, "app.js"), "utf8");
    const first = "app.use(express.static";
    const page = (body: string) =>
      text.replace(first, `app.get('/', function(req, res) { ${body} });\n${first}`);
    return {
      file: "app.js",
      bad: page("baskets.pop().items++; res.send('ours');").replace(
        first,
        `var baskets = Array.from({ length: 20 }, function() { return { items: 0 }; });\n${first}`,
      ),
      good: page("res.send('the new page')"),
    };
  },
};

/** Makes the app, and its versions as tags: `v1`, `bad`, `good`. */
export function madeWithVersions(app: App, folder: string): void {
  mkdirSync(folder);
  run("git", ["init", "-q", "-b", "main"], folder);
  app.make(folder);
  const commit = (tag: string) => {
    run("git", ["add", "-A"], folder);
    run("git", ["-c", "user.name=team", "-c", "user.email=team@corp.test", "commit", "-qm", tag], folder);
    run("git", ["tag", tag], folder);
  };
  commit("v1");
  const { file, bad, good } = app.versions(folder);
  for (const [tag, text] of [
    ["bad", bad],
    ["good", good],
  ] as const) {
    write(folder, file, text);
    commit(tag);
  }
  run("git", ["checkout", "-q", "v1"], folder);
}

function write(folder: string, file: string, text: string): void {
  writeFileSync(join(folder, file), text);
}

function run(command: string, words: string[], cwd: string): void {
  const { status, stdout, stderr } = spawnSync(command, words, { cwd, encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${words.join(" ")}: ${status}\n${stdout}${stderr}`);
}
