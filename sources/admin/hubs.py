"""What the desk shows of a feed's hub (WebSub). For ``FeedAdmin``; nothing here changes anything."""

from __future__ import annotations

import datetime as dt

from django.contrib import admin
from django.contrib.admin.options import BaseModelAdmin
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sources import client
from sources.models import Feed, SubscriptionState, WebSubSubscription


class HubOfFeed(BaseModelAdmin[Feed]):
    """One line for each thing that is known, in every state."""

    @admin.display(description=gettext_lazy("news by hub"))
    def told_by_hub(self, feed: Feed) -> str | SafeString:
        subscription = WebSubSubscription.objects.filter(feed=feed).first() if feed.pk else None
        if subscription is None:
            return _without(feed)
        lines = ((line,) for line in _lines(subscription))
        # No link: a hub answers programs, and its address is a stranger's.
        return format_html(
            "<bdi>{}</bdi><ul>{}</ul>", subscription.hub, format_html_join("", '<li dir="auto">{}</li>', lines)
        )


def _without(feed: Feed) -> str | SafeString:
    if not feed.hub:
        return _("The feed offers no hub.")
    if client.callback() is None:
        return _(
            "The feed offers a hub, which could not reach this site: its address is not public https, or it is off."
        )
    return _("The feed offers a hub, which will be asked soon.") if feed.is_active else _("The feed is off.")


def _lines(subscription: WebSubSubscription) -> list[str]:
    at = timezone.now()
    lines = [_("%(state)s, since %(when)s") % {"state": _state(subscription), "when": _when(subscription.changed_at)}]
    if subscription.lease_ends_at is not None:
        text = _("runs until %s") if subscription.runs(at) else _("ran out on %s, and is asked for again")
        lines.append(text % _when(subscription.lease_ends_at))
    if subscription.last_push_at is not None:
        lines.append(_("last message: %s") % _when(subscription.last_push_at))
    if subscription.last_ignored_at is not None:
        lines.append(_("last message without a valid signature, ignored: %s") % _when(subscription.last_ignored_at))
    if subscription.last_error:
        lines.append(subscription.last_error)
    if subscription.state != SubscriptionState.ENDED:
        lines.append(_("next step: %s") % _when(subscription.next_step_at))
    return lines


def _state(subscription: WebSubSubscription) -> str:
    return str(SubscriptionState(subscription.state).label)


def _when(moment: dt.datetime) -> str:
    return f"{date_format(moment, 'DATETIME_FORMAT')} UTC"
