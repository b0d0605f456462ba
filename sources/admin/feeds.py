"""Publishers, feeds and their health, and the record of every look at them."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.read_only import ReadOnly
from sources import feed_lists
from sources.adapters import css, reliefweb
from sources.admin import failed_pages, health, probes
from sources.admin.holds import HeldFeeds
from sources.admin.hubs import HubOfFeed
from sources.admin.lists import ShortPaginator
from sources.admin.probes import ProbedFeeds
from sources.doors import senders
from sources.ingest import moves
from sources.models import Feed, FeedFormat, Fetch, Mailbox, Publisher, ReusePolicy, StarterPack


@admin.register(Publisher)
class PublisherAdmin(admin.ModelAdmin[Publisher]):
    list_display = ("name", "kind", "ownership", "owner_key", "is_party", "feed_count")
    list_filter = ("kind", "is_party")
    search_fields = ("name", "ownership", "owner_key")
    prepopulated_fields: ClassVar = {"slug": ("name",)}
    ordering = ("name",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Publisher]:
        return super().get_queryset(request).annotate(feed_count=Count("feeds"))

    @admin.display(description=_("feeds"), ordering="feed_count")
    def feed_count(self, publisher: Publisher) -> int:
        return int(getattr(publisher, "feed_count", 0))

    def has_delete_permission(self, request: HttpRequest, obj: Publisher | None = None) -> bool:
        return False


class FeedForm(forms.ModelForm[Feed]):
    """Says kindly what the database would refuse."""

    url = forms.CharField(
        label=_("Address"),
        max_length=1000,
        widget=forms.TextInput(attrs={"class": "vURLField"}),
        help_text=_(
            "Of mail: press@ngo.example, @ngo.example for a whole domain, or &lt;news.ngo.example&gt; for a list (List-Id)."
        ),
    )

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        values = self.cleaned_data
        if values.get("is_active") and values.get("starter_pack") == StarterPack.NEVER:
            self.add_error("is_active", _("The publisher forbids automated collection, so this feed stays off."))
        self._check_address(values.get("format"), values.get("url", ""))
        self._check_terms(values.get("reuse_policy", ""), values.get("terms_read_on"))
        self._check_selector(values.get("format"), values.get("selector", ""))
        self._check_reliefweb(values.get("format"), values.get("url", ""))
        return cleaned

    def _check_address(self, format: str | None, written: str) -> None:
        """Each kind of feed has its own kind of address."""
        try:
            if format == FeedFormat.MAILBOX:
                self.cleaned_data["url"] = senders.address_of(written)
            elif format == FeedFormat.BY_HAND:
                self._check_by_hand(written)
            elif written:
                self.cleaned_data["url"] = forms.URLField(assume_scheme="https").clean(written)
        except senders.BadSender:
            text = _(
                "This is no sender: press@ngo.example, @ngo.example for a whole domain, or <news.ngo.example> for a list."
            )
            self.add_error("url", text)
        except forms.ValidationError as error:
            self.add_error("url", error)

    def _check_by_hand(self, written: str) -> None:
        if written != self.initial.get("url"):
            raise forms.ValidationError(
                _("Such a feed is made when a report of the publisher is entered under Reports by hand.")
            )
        if self.cleaned_data.get("is_active"):
            self.add_error("is_active", _("There is nothing to fetch: people enter these reports."))

    def _check_terms(self, policy: str, read_on: dt.date | None) -> None:
        """Asked of whoever widens the policy, not of whoever mends a name."""
        if not {"reuse_policy", "terms_read_on"} & set(self.changed_data):
            return
        if policy and ReusePolicy(policy).stores_full_text and read_on is None:
            self.add_error("terms_read_on", _("On which day did a person read that the terms allow full text?"))
        elif read_on is not None and read_on > timezone.now().date():
            self.add_error("terms_read_on", _("That day has not come yet."))

    def _check_selector(self, format: str | None, selector: str) -> None:
        if format != FeedFormat.HTML_LIST:
            if selector:
                self.add_error("selector", _("Only a page's list of links has a CSS selector; leave this empty."))
            return
        if not selector:
            self.add_error("selector", _("Which links of the page lead to articles? For example “main h2 a”."))
            return
        try:
            css.compiled(selector)
        except css.BadSelector:
            self.add_error("selector", _("“%s” is no CSS selector that can be used here.") % selector)

    def _check_reliefweb(self, format: str | None, url: str) -> None:
        if not url or (format == FeedFormat.RELIEFWEB) == reliefweb.is_api(url):
            return
        if format == FeedFormat.RELIEFWEB:
            self.add_error("url", _("The format is ReliefWeb's, and its API is at https://%s.") % reliefweb.HOST)
        else:
            self.add_error("format", _("This is an address of ReliefWeb's API; choose its format."))


@admin.register(Feed)
class FeedAdmin(HeldFeeds, ProbedFeeds, HubOfFeed, admin.ModelAdmin[Feed]):
    """A feed's health first: when it last worked, what went wrong since, when we look again."""

    form = FeedForm
    list_display = (
        *("name", "publisher", "is_active", "last_state", "last_success_at", "consecutive_failures", "usual_entries"),
        *("next_check_at", "last_error"),
    )
    list_filter = (
        *(
            "is_active",
            "last_state",
            ("held_at", admin.EmptyFieldListFilter),
            ("retired_at", admin.EmptyFieldListFilter),
        ),
        *("starter_pack", "reuse_policy", "publisher__kind", "language"),
    )
    list_select_related = ("publisher",)
    list_per_page = 50
    search_fields = ("name", "url", "publisher__name", "last_error")
    autocomplete_fields = ("publisher",)
    ordering = ("-is_active", "-consecutive_failures", "name")
    actions = ("look_now", "probe", "accept_change", "go_on_as_before", "switch_on", "switch_off")
    readonly_fields = (
        *("last_state", "last_fetch_at", "last_success_at", "consecutive_failures", "last_error", "usual_entries"),
        *(
            "next_check_at",
            "looks",
            "evidence",
            "last_probe",
            "catalogue_version",
            "held_at",
            "held_because",
            "retired_at",
        ),
        *("usual_title", "usual_language", "usual_sites", "earlier_addresses", "told_by_hub"),
    )
    fieldsets = (
        (None, {"fields": ("name", "publisher", "url", "format", "selector", "language", "is_active", "starter_pack")}),
        (_("Terms"), {"fields": ("reuse_policy", "terms_read_on", "reuse_note")}),
        (
            _("Health"),
            {
                "fields": (
                    *("last_state", "last_fetch_at", "last_success_at", "consecutive_failures", "last_error"),
                    *("usual_entries", "next_check_at", "looks", "told_by_hub", "held_at", "held_because"),
                    "retired_at",
                )
            },
        ),
        (
            _("How it usually looks"),
            {"fields": ("usual_title", "usual_language", "usual_sites", "earlier_addresses")},
        ),
        (_("Evidence"), {"fields": ("last_probe", "evidence", "catalogue_version")}),
    )

    @admin.display(description=_("all looks"))
    def looks(self, feed: Feed) -> str:
        if feed.pk is None:
            return "–"
        address = reverse("admin:sources_fetch_changelist")
        return format_html('<a href="{}?feed__id__exact={}">{}</a>', address, feed.pk, _("what each look brought"))

    @admin.display(description=_("usual sites"))
    def usual_sites(self, feed: Feed) -> str:
        return ", ".join(feed.usual_domains) or "–"

    def save_model(self, request: HttpRequest, obj: Feed, form: forms.ModelForm[Feed], change: bool) -> None:
        """Writes what the person changed and nothing else: a look may be writing the feed's state at this moment."""
        if "is_active" in form.changed_data or not change:
            obj.is_switched_by_person = True
        fields = {*form.changed_data, "is_switched_by_person"}
        if fields & {"url", "format", "selector"}:
            obj.etag = obj.last_modified = ""  # "unchanged" would hide that it is read in another way now
            fields |= {"etag", "last_modified"} | (self._begin_anew(request, obj) if change else set())
        if "is_active" in fields and obj.is_active:
            obj.retired_at = None
            fields.add("retired_at")
        if not change:
            obj.save()
        elif form.changed_data:
            obj.save(update_fields=fields)

    def get_urls(self) -> list[URLResolver | URLPattern]:  # type: ignore[override]  # the stubs forget resolvers
        wrap = self.admin_site.admin_view
        own = [
            path("export/", wrap(self.export), name="sources_feed_export"),
            path("health/", wrap(health.page), name="sources_feed_health"),
            path("find/", wrap(probes.find), name="sources_feed_find"),
            path("health/pages/", wrap(failed_pages.page), name="sources_feed_pages"),
        ]
        return [*own, *super().get_urls()]

    def export(self, request: HttpRequest) -> HttpResponse:
        """The feeds as a file for another reader; with ``?active=1`` only those that are fetched."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        at = timezone.now()
        document = feed_lists.as_opml(only_active=request.GET.get("active") == "1", at=at)
        headers = {"Content-Disposition": f'attachment; filename="feeds-{at:%Y-%m-%d}.opml"'}
        return HttpResponse(document, content_type="text/x-opml; charset=utf-8", headers=headers)

    @staticmethod
    def _begin_anew(request: HttpRequest, feed: Feed) -> set[str]:
        """Read elsewhere or otherwise, as a person wants it: how the feed usually looks is learnt anew, an old address is
        kept. Which fields that changes."""
        old_url = Feed.objects.values_list("url", flat=True).get(pk=feed.pk)
        if old_url != feed.url and request.user.is_authenticated:
            moves.record(feed, old_url=old_url, new_url=feed.url, at=timezone.now(), by=request.user)
        feed.usual_title = feed.usual_language = feed.moved_to = ""
        feed.usual_domains, feed.moved_looks = [], 0
        return {"usual_title", "usual_language", "usual_domains", "moved_to", "moved_looks"}

    def has_delete_permission(self, request: HttpRequest, obj: Feed | None = None) -> bool:
        return False  # items rest on it; a feed is switched off instead

    @admin.action(description=_("Look now"), permissions=["change"])
    def look_now(self, request: HttpRequest, feeds: QuerySet[Feed]) -> None:
        count = feeds.filter(is_active=True).update(next_check_at=timezone.now())
        if feeds.filter(is_active=True, format=FeedFormat.MAILBOX).exists():
            Mailbox.objects.update(next_look_at=None)  # one look reads the mail of all of them
        text = ngettext("%d feed is looked at next.", "%d feeds are looked at next.", count) % count
        self.message_user(request, text, messages.SUCCESS if count else messages.WARNING)

    @admin.action(description=_("Switch on"), permissions=["change"])
    def switch_on(self, request: HttpRequest, feeds: QuerySet[Feed]) -> None:
        allowed = feeds.exclude(starter_pack=StarterPack.NEVER).exclude(format=FeedFormat.BY_HAND)
        count = allowed.update(is_active=True, is_switched_by_person=True, next_check_at=None, retired_at=None)
        self.message_user(request, ngettext("%d feed is on.", "%d feeds are on.", count) % count, messages.SUCCESS)
        if forbidden := feeds.filter(starter_pack=StarterPack.NEVER).count():
            text = ngettext(
                "%d feed stays off: its publisher forbids automated collection.",
                "%d feeds stay off: their publishers forbid automated collection.",
                forbidden,
            )
            self.message_user(request, text % forbidden, messages.WARNING)

    @admin.action(description=_("Switch off"), permissions=["change"])
    def switch_off(self, request: HttpRequest, feeds: QuerySet[Feed]) -> None:
        count = feeds.update(is_active=False, is_switched_by_person=True)
        self.message_user(request, ngettext("%d feed is off.", "%d feeds are off.", count) % count, messages.SUCCESS)


@admin.register(Fetch)
class FetchAdmin(ReadOnly, admin.ModelAdmin[Fetch]):
    list_display = (
        *("started_at", "feed", "state", "http_status", "entries", "new_items", "changed_items", "skipped_entries"),
        *("size", "message"),
    )
    list_filter = ("state", "feed__publisher__kind")
    list_select_related = ("feed",)
    list_per_page = 50
    paginator = ShortPaginator
    show_full_result_count = False
    search_fields = ("feed__name", "message")
    ordering = ("-id",)
