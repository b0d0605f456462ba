"""How allauth behaves here: nobody signs up, people are invited, and its mail is ours in name and address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class _Site:
    """What allauth's mail templates call the current site."""

    name: str
    domain: str


class InvitationOnlyAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is not typed
    """Closes sign-up. An invitation is a link to set one's first password (``accounts.invite``)."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """The desk for those who work there; readers go to the front page."""
        return settings.LOGIN_REDIRECT_URL if getattr(request.user, "is_staff", False) else "/"

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """The demo's passwords are printed in its documentation: they open nothing in production."""
        email = str(credentials.get("email", "")).lower()
        if settings.PRODUCTION and email in {address for address, _password, _role in settings.DEMO_ACCOUNTS}:
            raise ValidationError(_("The accounts of the demo cannot sign in here."))
        super().pre_authenticate(request, **credentials)

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The link is built from SITE_URL, never from a request's Host header, which its sender chooses."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return f"{settings.SITE_URL}{path.replace('UID-KEY', key)}"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Names the site from the settings, so that a mail looks the same from a page and from a command."""
        site = _Site(settings.SITE_NAME, urlsplit(settings.SITE_URL).hostname or "")
        names = {
            "current_site": site,
            "site_name": settings.SITE_NAME,
            "site_url": settings.SITE_URL,
            "contact_email": settings.CONTACT_EMAIL,
        }
        self.render_mail(template_prefix, email, {**names, "email": email, **context}).send()
