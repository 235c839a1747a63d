import { expect, test } from "vitest";
import { portIn, rehearsed } from "../../../../rollout/init/found/command.ts";
import { readDockerfile } from "../../../../rollout/init/found/dockerfile.ts";

// The forms are those of Docker's own reference, and of the Dockerfiles of Saleor, Umami, Mastodon, Maybe, Campfire, Linkwarden,
// Wiki.js, Directus, Healthchecks and FastAPI's template.

test.each([
  ["one of several on a line", "FROM a\nEXPOSE 80 443", 80],
  ["the first of several lines", "FROM a\nEXPOSE 3000\nEXPOSE 3443", 3000],
  ["with its protocol", "FROM a\nEXPOSE 8055/tcp", 8055],
  ["in lower case, behind a tab", "from a\n\texpose\t8055", 8055],
  ["a variable's", "FROM a\nARG PORT=5000\nEXPOSE $PORT", 5000],
  ["a variable's default", "FROM a\nEXPOSE ${LISTEN:-7000}", 7000],
  ["of the environment", "FROM a\nENV A=1 PORT=4100", 4100],
  ["of the environment, as it was once written", "FROM a\nENV PORT 3000", 3000],
  ["not of a stage that isn't the image", "FROM a AS build\nEXPOSE 1234\nFROM b\nEXPOSE 80", 80],
  ["of the stage that the image is made from", "FROM a AS base\nEXPOSE 80\nFROM b AS build\nFROM base", 80],
  ["none", "FROM a\nCMD x", undefined],
  ["not in a comment", "FROM a\n# EXPOSE 80\nRUN a \\\n  # EXPOSE 81\n  b", undefined],
  ["none of an empty file", "", undefined],
])("the port: %s", (_, text, port) => expect(readDockerfile(text).port).toBe(port));

test.each<[string, string, string[] | undefined]>([
  ["words", 'FROM a\nCMD ["node", "server.js"]', ["node", "server.js"]],
  ["a line for the shell", "FROM a\nCMD node server.js", ["sh", "-c", "node server.js"]],
  ["the last of several", 'FROM a\nCMD ["a"]\nCMD ["b"]', ["b"]],
  ["over several lines", 'FROM a\nCMD ["a", \\\n  # why\n  "b"]', ["a", "b"]],
  ["words that aren't JSON", "FROM a\nCMD ['a']", undefined],
  [
    "a program that its command's words follow",
    'FROM a\nENTRYPOINT ["python"]\nCMD ["app.py"]',
    ["python", "app.py"],
  ],
  ["a program alone", 'FROM a\nENTRYPOINT ["/srv/shop"]', ["/srv/shop"]],
  ["behind an init", 'FROM a\nENTRYPOINT ["/usr/bin/tini", "--"]\nCMD ["node", "a"]', ["node", "a"]],
  [
    "behind a script that prepares",
    'FROM a\nENTRYPOINT ["/rails/bin/docker-entrypoint"]\nCMD ["./bin/rails", "server"]',
    ["./bin/rails", "server"],
  ],
  ["an init alone", 'FROM a\nENTRYPOINT ["/usr/bin/tini", "--"]', undefined],
  [
    "a file of the image's folder",
    'FROM a\nWORKDIR /opt/x\nCMD ["uwsgi", "/opt/x/docker/uwsgi.ini"]',
    ["uwsgi", "docker/uwsgi.ini"],
  ],
  [
    "not what HEALTHCHECK runs",
    'FROM a\nHEALTHCHECK --retries=3 \\\n  CMD [ "curl", "http://127.0.0.1/" ]',
    undefined,
  ],
])("the command: %s", (_, text, command) => expect(readDockerfile(text).command).toEqual(command));

test.each([
  ["HEALTHCHECK CMD curl -f http://localhost:3000/api/heartbeat || exit 1", "/api/heartbeat"],
  ['HEALTHCHECK CMD ["wget", "-q", "http://127.0.0.1:8000/healthz"]', "/healthz"],
  ['HEALTHCHECK CMD [ "curl", "http://127.0.0.1:3000/" ]', undefined],
  ["HEALTHCHECK CMD ./fetchstatus.py", undefined],
  ["HEALTHCHECK NONE", undefined],
])("what the image's own check asks: %s", (line, path) =>
  expect(readDockerfile(`FROM a\n${line}`).healthPath).toBe(path),
);

test.each<[string[], number | undefined, string[]]>([
  [["node", "server.js"], 3000, ["node", "server.js"]],
  [
    ["gunicorn", "shop.wsgi", "--bind", "0.0.0.0:8000"],
    8000,
    ["gunicorn", "shop.wsgi", "--bind", "{host}:{port}"],
  ],
  [["sh", "-c", "app --port ${PORT:-8000}"], 8000, ["sh", "-c", "app --port {port}"]],
  [["sh", "-c", "app --port $PORT $PORTAL"], 8000, ["sh", "-c", "app --port {port} $PORTAL"]],
  [["app", "--workers", "80", "--id", "8080"], 80, ["app", "--workers", "{port}", "--id", "8080"]],
  [
    ["uvicorn", "--host", "0.0.0.0", "shop:app"],
    8000,
    ["uvicorn", "--port", "{port}", "--host", "{host}", "shop:app"],
  ],
  [
    ["fastapi", "run", "--workers", "4", "main.py"],
    8000,
    ["fastapi", "run", "--host", "{host}", "--port", "{port}", "--workers", "4", "main.py"],
  ],
  [
    ["python", "-m", "uvicorn", "shop:app"],
    undefined,
    ["python", "-m", "uvicorn", "--host", "{host}", "--port", "{port}", "shop:app"],
  ],
  [["npx", "next", "start"], 3000, ["npx", "next", "start", "-H", "{host}", "-p", "{port}"]],
])("%j at %s is rehearsed where it is told", (command, port, words) =>
  expect(rehearsed(command, port)).toEqual(words),
);

test.each<[string, number | undefined]>([
  ["uvicorn a:b --port 8080", 8080],
  ["gunicorn -b 0.0.0.0:5000 a", 5000],
  ["gunicorn -b :5001 a", 5001],
  ["flask run -p 5002", 5002],
  ["python manage.py runserver 8001", 8001],
  ["node server.js", undefined],
  ["sh -c sleep 1000", undefined],
])("%s says port %s", (command, port) => expect(portIn(command.split(" "))).toBe(port));
