"""Pages of signing up, confirming, changing and leaving. No cookie but the one that guards forms; no script needed.

What GET shows never changes anything: mail scanners open every link.
"""

from __future__ import annotations

import hashlib
import hmac

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from delivery import subscribe, tokens
from delivery.forms import ChoicesForm, SubscribeForm, initial_of
from delivery.models import Subscriber

#: Requests to sign up from one client in an hour: an office behind one address, not a machine.
ASKS_PER_CLIENT = 20
_HOUR = 3600


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """The sign-up page. Its answer is the same whether or not the address is known."""
    if request.method != "POST":
        chosen = {"situations": request.GET.getlist("situation"), "language": (get_language() or "en")[:2]}
        return render(request, "delivery/subscribe.html", {"form": SubscribeForm(initial=chosen)})
    form = SubscribeForm(request.POST)
    if not form.is_valid():
        return render(request, "delivery/subscribe.html", {"form": form}, status=422)
    if _asks_too_often(request):
        return render(request, "delivery/too_often.html", status=429)
    subscribe.ask(form.cleaned_data["address"], choices=form.chosen(), at=timezone.now())
    return HttpResponseRedirect(reverse("delivery:asked"))


@require_safe
def asked(request: HttpRequest) -> HttpResponse:
    return render(request, "delivery/asked.html")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows a button, POST confirms."""
    try:
        tokens.mail_to_confirm(token)
        if request.method != "POST":
            return _private(render(request, "delivery/confirm.html"))
        subscriber, outcome = subscribe.confirm(token, at=timezone.now())
    except (tokens.BadToken, subscribe.Expired):
        return _private(render(request, "delivery/expired.html", status=404))
    context = {
        "is_new": outcome is subscribe.Confirmed.NOW,
        "has_left": subscriber.left_at is not None,
        "manage_url": reverse("delivery:manage", args=[tokens.manage_token(subscriber.public_id)]),
    }
    return _private(render(request, "delivery/confirmed.html", context))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def manage(request: HttpRequest, token: str) -> HttpResponse:
    """What somebody receives, for whoever holds the link from their mail. Never shows the address."""
    try:
        subscriber = Subscriber.objects.get(public_id=tokens.subscriber_to_manage(token))
    except (tokens.BadToken, Subscriber.DoesNotExist) as error:
        raise Http404 from error
    form = ChoicesForm(request.POST or None, initial=initial_of(subscribe.current_choices(subscriber)))
    is_saved = False
    if request.method == "POST" and form.is_valid():
        try:
            subscribe.change(subscriber.public_id, choices=form.chosen(), at=timezone.now())
        except subscribe.Left:
            return _private(render(request, "delivery/left.html", status=409))
        is_saved = True
    leave_url = reverse("delivery:leave", args=[tokens.leave_token(subscriber.public_id)])
    context = {"form": form, "is_saved": is_saved, "leave_url": leave_url, "has_left": subscriber.left_at is not None}
    return _private(render(request, "delivery/manage.html", context, status=422 if form.errors else 200))


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, token: str) -> HttpResponse:
    """RFC 8058: POST leaves, whatever its body, without cookie, sign-in or redirect; GET only shows a button.

    Exempt from the CSRF check because mail providers send the POST; the token itself is what allows it.
    """
    try:
        public_id = tokens.subscriber_to_leave(token)
        if request.method != "POST":
            return _private(render(request, "delivery/leave.html"))
        subscribe.leave(public_id, at=timezone.now())
    except (tokens.BadToken, Subscriber.DoesNotExist) as error:
        raise Http404 from error
    return _private(render(request, "delivery/left.html"))


def _private(response: HttpResponse) -> HttpResponse:
    """A page whose address is a secret: not for search engines."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _asks_too_often(request: HttpRequest) -> bool:
    """Counts this request. The client's address is kept for an hour and only as a keyed hash."""
    client = str(get_adapter(request).get_client_ip(request))
    digest = hmac.new(settings.SECRET_KEY.encode(), client.encode(), hashlib.sha256).hexdigest()
    key = f"delivery:asks:{digest}"
    cache.add(key, 0, timeout=_HOUR)
    try:
        return int(cache.incr(key)) > ASKS_PER_CLIENT
    except ValueError:  # it ran out between the two calls
        return False
