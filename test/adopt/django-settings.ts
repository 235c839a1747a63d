/** What a team adds to django-admin's settings for a database of the environment. */
export const SETTINGS = `
import os
from urllib.parse import parse_qsl, urlsplit

ALLOWED_HOSTS = ["*"]
_url = urlsplit(os.environ["DATABASE_URL"])
DATABASES = {"default": {
    "ENGINE": "django.db.backends.postgresql", "NAME": _url.path[1:], "USER": _url.username, "PASSWORD": _url.password,
    "HOST": _url.hostname, "PORT": _url.port, "OPTIONS": dict(parse_qsl(_url.query)),
}}
`;
