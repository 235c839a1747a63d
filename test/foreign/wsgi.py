"""An application for any WSGI server (gunicorn), on Django as its documentation says it is deployed behind a proxy."""

import os

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

settings.configure(
    SECRET_KEY=os.environ["SECRET_KEY"],
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
    ],
    SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https"),
)
django.setup()


def health(request):
    return HttpResponse("ok")


def form(request):
    """A form's token at GET; at POST only who sends it along, from a page of this site, gets past Django."""
    return JsonResponse({"token": get_token(request), "method": request.method})


@csrf_exempt
def count(request):
    return HttpResponse(str(len(request.body)))


urlpatterns = [path("health", health), path("form", form), path("count", count)]
application = app = get_wsgi_application()
