"""The page of an edition beside a constant string: ``make bench-page``.

Both are asked for through the same middleware by Django's test client, so that the difference is what the page itself
costs: its queries, its Document from JSON, its template. The limit is a view that returns the same number of bytes.
"""

from __future__ import annotations

import datetime as dt
from types import ModuleType

from bench import scratch
from bench.side_by_side import Side, compare, report

REQUESTS = 20


def issue() -> str:
    """A published edition with a full Document in the scratch database; returns its public id."""
    from django.db import connection, transaction
    from django.utils import timezone

    from accounts.models import User
    from briefings.models import Edition, EditionStatus, Part, Participation
    from briefings.render.document import content_hash, to_json
    from countries.models import Situation
    from tests.factories import documents

    document = documents.rich()
    now = timezone.now()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE briefings_edition CASCADE")  # the only way past the triggers, and only here
        situation, _ = Situation.objects.get_or_create(
            code=document.situation_code,
            defaults={"name": document.situation_name, "time_zone": document.time_zone, "cut_off": dt.time(6)},
        )
        editor, _ = User.objects.get_or_create(email="editor@bench.example")
        edition = Edition.objects.create(
            situation=situation,
            date=document.date,
            period_start=document.period_start,
            period_end=document.period_end,
            assembled_at=now,
        )
        Participation.objects.create(edition=edition, user=editor, part=Part.APPROVED, at=now)
        Edition.objects.filter(pk=edition.pk).update(
            status=EditionStatus.PUBLISHED,
            approved_by=editor,
            approved_at=now,
            approved_hash=content_hash(document),
            published_at=now,
            document=to_json(document),
        )
    return edition.public_id


def main() -> None:
    with scratch.database():
        from django.core.management import call_command
        from django.http import HttpRequest, HttpResponse
        from django.test import Client, override_settings
        from django.urls import path

        from curator import urls

        call_command("collectstatic", interactive=False, verbosity=0)
        address = f"/edition/{issue()}/"
        client = Client()
        page = client.get(address)
        if page.status_code != 200:
            raise SystemExit(f"{address} answers {page.status_code}")
        body = page.content

        def constant(request: HttpRequest) -> HttpResponse:
            return HttpResponse(body)

        addresses = ModuleType("with_constant")
        addresses.urlpatterns = [path("constant", constant), *urls.urlpatterns]  # type: ignore[attr-defined]

        def ours() -> None:
            for _ in range(REQUESTS):
                client.get(address)

        def limit() -> None:
            for _ in range(REQUESTS):
                client.get("/constant")

        with override_settings(ROOT_URLCONF=addresses):
            comparison = compare(
                "page_vs_static", ours=Side("edition page", ours), peer=Side("constant string", limit), rounds=15
            )
    each = comparison.ours.median / REQUESTS * 1000
    print(report(comparison, note=f"{REQUESTS} requests a round, {len(body):,} bytes; {each:.1f} ms for one page"))


if __name__ == "__main__":
    main()
