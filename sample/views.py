"""The demo's mail in the browser: what subscribers would have received. There is no such page outside the demo."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from sample import mailbox
from sample.mailbox import CaughtMail

#: A mail is somebody else's page: no script, no form, nothing loaded. Its links open in a tab of their own.
_MAIL_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; "
    "base-uri 'none'; frame-ancestors 'self'"
)


@require_safe
@never_cache
def mail_list(request: HttpRequest) -> HttpResponse:
    return render(request, "sample/mail_list.html", {"mails": list(mailbox.newest_first(settings.MAIL_CATCHER_DIR))})


@require_safe
@never_cache
def mail(request: HttpRequest, number: int) -> HttpResponse:
    return render(request, "sample/mail.html", {"mail": _find(number)})


@require_safe
@never_cache
@xframe_options_sameorigin
def mail_html(request: HttpRequest, number: int) -> HttpResponse:
    html = _find(number).html
    if not html:
        raise Http404
    # Without this a link would open inside the frame, where no page of ours lets itself be shown.
    html = html.replace("<head>", '<head><base target="_blank">', 1)
    return HttpResponse(html, headers={"Content-Security-Policy": _MAIL_POLICY})


@require_safe
@never_cache
def mail_attachment(request: HttpRequest, number: int, attachment: int) -> HttpResponse:
    for each in _find(number).attachments:
        if each.number == attachment:
            known = each.media_type if each.media_type == "application/pdf" else "application/octet-stream"
            response = HttpResponse(each.body, content_type=known)
            name = "".join(char for char in each.name if char.isascii() and (char.isalnum() or char in "-_.+"))
            response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
            return response
    raise Http404


def _find(number: int) -> CaughtMail:
    found = mailbox.find(settings.MAIL_CATCHER_DIR, number)
    if found is None:
        raise Http404
    return found
