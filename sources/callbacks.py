"""The address that hubs call (WebSub). Public, so everything that comes here is hostile: it is answered at once, and
nothing in it is read but what the signature covers."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from sources.ingest import subscribe

_CHUNK = 65_536
_LONGEST_CHALLENGE = 1_000


@csrf_exempt
@require_http_methods(["GET", "POST"])
def websub(request: HttpRequest, token: str) -> HttpResponse:
    """A hub asks whether we meant it (GET), or says that there is news (POST)."""
    answer = _confirm(request, token) if request.method == "GET" else _hear(request, token)
    answer["Cache-Control"] = "no-store"
    return answer


def _confirm(request: HttpRequest, token: str) -> HttpResponse:
    said = {name: request.GET.get(f"hub.{name}", "") for name in ("mode", "topic", "lease_seconds", "reason")}
    challenge = request.GET.get("hub.challenge", "")
    try:
        if len(challenge) > _LONGEST_CHALLENGE:
            raise subscribe.Unknown
        subscribe.confirm(
            token,
            mode=said["mode"],
            topic=said["topic"],
            lease=said["lease_seconds"],
            reason=said["reason"],
            at=timezone.now(),
        )
    except subscribe.Unknown:
        return HttpResponseNotFound(content_type="text/plain")
    return HttpResponse(challenge, content_type="text/plain; charset=utf-8")


def _hear(request: HttpRequest, token: str) -> HttpResponse:
    """Always yes, whether it was the hub's or not: whoever guesses learns nothing from the answer."""
    signature = request.headers.get("X-Hub-Signature", "")
    try:
        subscribe.hear(token, signature=signature, parts=_parts(request), at=timezone.now())
    except subscribe.Unknown:
        return HttpResponseNotFound(content_type="text/plain")
    except subscribe.Over:
        return HttpResponse(status=410)
    return HttpResponse(status=202)


def _parts(request: HttpRequest) -> Iterator[bytes]:
    """The body, bit by bit and not kept. One that is too long is cut off, so that its signature does not hold."""
    left = settings.FETCH_MAX_BYTES
    while left > 0 and (part := request.read(min(_CHUNK, left))):
        left -= len(part)
        yield part
