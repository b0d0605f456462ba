"""How allauth behaves here: nobody signs up, people are invited."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class InvitationOnlyAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Closes sign-up. An invitation is a link to set one's first password (``accounts.invite``)."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
