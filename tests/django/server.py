"""A Django project in one file: REST framework with Simple JWT under /jwt/, Django's own sessions under /session/.

`python server.py PORT DATABASE` serves it on 127.0.0.1, with the package and the page of the tests of several tabs beside it:
cookies are seen only on the API's own site. Nothing of Django's or of its libraries is replaced. What is under /test/ is for
the tests: it counts calls and says how long tokens live.
"""

import json
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

import django
from django.conf import settings

ROOT = Path(__file__).resolve().parents[2]
PORT, DATABASE = sys.argv[1:]

settings.configure(
    SECRET_KEY="known to everybody, as this server only ever talks to this machine",
    ALLOWED_HOSTS=["localhost", "127.0.0.1"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "rest_framework",
        "rest_framework_simplejwt.token_blacklist",
    ],
    MIDDLEWARE=[
        f"{__name__}.count",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ],
    # IMMEDIATE: two threads that begin to read and go on to write wait for each other, where they would fail else.
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": DATABASE,
            "OPTIONS": {"timeout": 20, "transaction_mode": "IMMEDIATE"},
        }
    },
    # The one that production has takes half a second of a core for each login.
    PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    REST_FRAMEWORK={
        "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework_simplejwt.authentication.JWTAuthentication"],
        "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    },
    SIMPLE_JWT={"ROTATE_REFRESH_TOKENS": True, "BLACKLIST_AFTER_ROTATION": True},
    USE_TZ=True,
)
django.setup()

from django.contrib.auth import authenticate, get_user_model, login, logout  # noqa: E402
from django.contrib.sessions.models import Session  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.http import HttpResponse, JsonResponse  # noqa: E402
from django.urls import path  # noqa: E402
from django.views.decorators.csrf import csrf_exempt, ensure_csrf_cookie  # noqa: E402
from django.views.decorators.http import require_POST  # noqa: E402
from django.views.static import serve  # noqa: E402
from rest_framework import serializers  # noqa: E402
from rest_framework.authentication import SessionAuthentication  # noqa: E402
from rest_framework.decorators import api_view, authentication_classes, permission_classes  # noqa: E402
from rest_framework.permissions import IsAdminUser  # noqa: E402
from rest_framework.response import Response  # noqa: E402
from rest_framework_simplejwt import views as jwt  # noqa: E402
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken  # noqa: E402
from rest_framework_simplejwt.tokens import AccessToken  # noqa: E402


class Note(serializers.Serializer):
    """What is posted to /jwt/notes/."""

    title = serializers.CharField(max_length=20)
    stars = serializers.IntegerField(min_value=1)


@api_view(["GET"])
def jwt_me(request):
    return Response({"username": request.user.username})


@api_view(["POST"])
def jwt_notes(request):
    note = Note(data=request.data)
    note.is_valid(raise_exception=True)
    return Response(note.validated_data, status=201)


@ensure_csrf_cookie
def csrf(request):
    return HttpResponse(status=204)


@require_POST
def sign_in(request):
    user = authenticate(request, username=request.POST.get("username"), password=request.POST.get("password"))
    if user is None:
        return JsonResponse({"detail": "The user name or the password is wrong."}, status=401)
    login(request, user)
    return JsonResponse({"username": user.username})


@require_POST
def sign_out(request):
    logout(request)
    return HttpResponse(status=204)


def signed_in(view):
    """What JavaScript asks for is no page that could lead to the login."""

    def checked(request):
        if request.user.is_authenticated:
            return view(request)
        return JsonResponse({"detail": "Sign in first."}, status=401)

    return checked


@signed_in
def session_me(request):
    return JsonResponse({"username": request.user.username})


@require_POST
@signed_in
def session_notes(request):
    return JsonResponse(json.loads(request.body), status=201)


@api_view(["GET"])
@authentication_classes([SessionAuthentication])
def rest_me(request):
    return Response({"username": request.user.username})


@api_view(["GET"])
@authentication_classes([SessionAuthentication])
@permission_classes([IsAdminUser])
def rest_users(request):
    return Response([])


CALLS = Counter()


def count(answer):
    """Counts the calls of the API, by method and path."""

    def counted(request):
        CALLS[f"{request.method} {request.path}"] += 1
        return answer(request)

    return counted


def calls(request):
    return JsonResponse({**CALLS, "blacklisted": BlacklistedToken.objects.count(), "sessions": Session.objects.count()})


@csrf_exempt
def lifetime(request):
    """How long access tokens live that are issued from now on, in seconds."""
    AccessToken.lifetime = timedelta(seconds=int(request.body))
    return HttpResponse(status=204)


@csrf_exempt
def end_all(request):
    """Ends all sessions, as an administrator would."""
    for token in OutstandingToken.objects.all():
        BlacklistedToken.objects.get_or_create(token=token)
    Session.objects.all().delete()
    return HttpResponse(status=204)


urlpatterns = [
    path("jwt/api/token/", jwt.TokenObtainPairView.as_view()),
    path("jwt/api/token/refresh/", jwt.TokenRefreshView.as_view()),
    path("jwt/api/token/blacklist/", jwt.TokenBlacklistView.as_view()),
    path("jwt/me/", jwt_me),
    path("jwt/notes/", jwt_notes),
    path("session/csrf/", csrf),
    path("session/login/", sign_in),
    path("session/logout/", sign_out),
    path("session/me/", session_me),
    path("session/notes/", session_notes),
    path("session/rest/me/", rest_me),
    path("session/rest/users/", rest_users),
    path("test/calls", calls),
    path("test/lifetime", lifetime),
    path("test/end", end_all),
    path("pkg/<path:path>", serve, {"document_root": ROOT / "pkg"}),
    path("contract/tab/<path:path>", serve, {"document_root": ROOT / "tests/contract/tab"}),
]

if __name__ == "__main__":
    Path(DATABASE).unlink(missing_ok=True)
    call_command("migrate", verbosity=0)
    get_user_model().objects.create_user("jdoe", password="correct horse")
    call_command("runserver", f"127.0.0.1:{PORT}", use_reloader=False)
