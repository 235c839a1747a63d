import { execFileSync } from "node:child_process";
import { appendFileSync, cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SETTINGS } from "../adopt/django-settings.ts";
import { ROOT } from "../support/sample.ts";

const PYTHON = join(ROOT, ".cache/foreign/python");

const VIEWS = `
import json
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.csrf import csrf_exempt
from .models import Note

FIELDS = [field.name for field in Note._meta.fields]

def health(request):
    Note.objects.exists()
    return HttpResponse("ok")

def visits(request):
    request.session["visits"] = request.session.get("visits", 0) + 1
    return JsonResponse({"visits": request.session["visits"]})

def told(note, status=200):
    return JsonResponse({name: getattr(note, name) for name in FIELDS}, status=status)

@csrf_exempt
def notes(request):
    return told(Note.objects.create(**json.loads(request.body)), 201)

def note(request, id):
    return told(get_object_or_404(Note, id=id))
`;

const URLS = `
from django.urls import path
from notes import views
urlpatterns = [path("health", views.health), path("visits", views.visits), path("notes", views.notes), path("notes/<int:id>", views.note)]
`;

/** Lays out a project as Django's own generators make it, with a small app that has one table. @param fields of its model, a line each */
export function djangoProject(folder: string, fields: readonly string[]): void {
  mkdirSync(folder);
  django(folder, "-m", "django", "startproject", "shop", ".");
  django(folder, "manage.py", "startapp", "notes");
  appendFileSync(join(folder, "shop/settings.py"), `${SETTINGS}\nINSTALLED_APPS.append("notes")\n`);
  writeFileSync(join(folder, "shop/urls.py"), URLS);
  writeFileSync(join(folder, "notes/views.py"), VIEWS);
  symlinkSync(PYTHON, join(folder, ".venv"));
  withModel(folder, fields);
}

/** The next version of a project: its table has other fields, and Django writes the migration. */
export function nextVersion(project: string, folder: string, fields: readonly string[]): void {
  cpSync(project, folder, { recursive: true, verbatimSymlinks: true });
  withModel(folder, fields);
}

function withModel(folder: string, fields: readonly string[]): void {
  const text = fields.map((each) => `    ${each}\n`).join("");
  writeFileSync(
    join(folder, "notes/models.py"),
    `from django.db import models\n\nclass Note(models.Model):\n${text}`,
  );
  django(folder, "manage.py", "makemigrations", "notes");
}

function django(folder: string, ...words: string[]): void {
  execFileSync(join(PYTHON, "bin/python"), ["-W", "ignore", ...words], {
    cwd: folder,
    // What its migrations were is asked of the database, which needn't be there.
    env: { ...process.env, DATABASE_URL: "postgresql://nobody@127.0.0.1:1/none" },
  });
}
