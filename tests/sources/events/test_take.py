"""Events in and out: all of a file or nothing, nothing twice, nothing lost to a newer version, nothing of ACLED let out."""

from __future__ import annotations

import csv
import datetime as dt
import io

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from sources.events import export
from sources.events.reading import BadFile
from sources.events.take import take
from sources.models import EventDataset, EventImport, EventRecord
from tests.sources.events.files import acled_csv, acled_record, ged_csv, ged_row

pytestmark = pytest.mark.django_db
AT = dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC)


def ged(*rows, version="23.1"):
    return take(EventDataset.UCDP_GED, io.BytesIO(ged_csv(*rows)), filename="events.csv", version=version, at=AT)


def armed(*records):
    return take(EventDataset.ACLED, io.BytesIO(acled_csv(*records)), filename="mine.csv", at=AT)


def brought(taken: EventImport) -> tuple[int, int, int]:
    return taken.new_events, taken.revised_events, taken.unchanged_events


def test_the_same_file_again_changes_nothing():
    rows = [ged_row(id=number) for number in range(1, 6)]
    assert brought(ged(*rows)) == (5, 0, 0)
    before = list(EventRecord.objects.order_by("pk").values())
    assert brought(ged(*rows)) == (0, 0, 5)
    assert list(EventRecord.objects.order_by("pk").values()) == before


def test_a_newer_version_stands_beside_the_old_one():
    ged(ged_row(id=1, best=12), ged_row(id=2), version="22.1")
    assert brought(ged(ged_row(id=1, best=40, high=50), ged_row(id=3), version="23.1")) == (1, 1, 0)
    first = EventRecord.objects.filter(external_id="1").order_by("version")
    assert [(event.version, event.deaths_best, event.is_current) for event in first] == [
        ("22.1", 12, False),
        ("23.1", 40, True),
    ]
    assert set(EventRecord.objects.current().values_list("external_id", "version")) == {
        ("1", "23.1"),
        ("2", "22.1"),
        ("3", "23.1"),
    }


def test_an_older_version_that_comes_later_is_not_the_newest():
    ged(ged_row(id=1, best=40, high=50), version="23.1")
    ged(ged_row(id=1, best=12), version="9.1")
    assert EventRecord.objects.current().get().version == "23.1"
    assert EventRecord.objects.count() == 2


def test_an_event_that_acled_changed_is_a_row_of_its_own():
    armed(acled_record(fatalities=3, timestamp=1_700_000_000))
    assert brought(armed(acled_record(fatalities=5, timestamp=1_700_000_999))) == (0, 1, 0)
    assert EventRecord.objects.current().get().deaths_best == 5
    assert EventRecord.objects.count() == 2


def test_a_version_that_says_otherwise_than_it_did_loses_nothing():
    ged(ged_row(id=1, best=12))
    assert brought(ged(ged_row(id=1, best=13))) == (0, 1, 0)
    assert set(EventRecord.objects.values_list("deaths_best", "is_current")) == {(12, False), (13, True)}


def test_one_bad_line_leaves_the_whole_file_out():
    with pytest.raises(BadFile, match="Line 4002, column best"):
        ged(*[ged_row(id=number) for number in range(4000)], ged_row(id="x", best="many"))
    assert not EventRecord.objects.exists()
    assert not EventImport.objects.exists()


def test_an_event_that_stands_twice_in_a_file_must_say_the_same():
    assert brought(ged(ged_row(id=1), ged_row(id=1))) == (1, 0, 0)
    with pytest.raises(BadFile, match="Lines 2 and 3: the event 7 stands there twice"):
        ged(ged_row(id=7, best=1), ged_row(id=7, best=2))


def test_a_file_without_events_is_refused():
    with pytest.raises(BadFile, match="not one event"):
        ged()


def test_a_file_that_does_not_say_its_version_is_refused():
    with pytest.raises(BadFile, match="Which version"):
        ged(ged_row(), version="")


def test_text_in_any_script_and_with_any_mark_is_stored_as_it_is():
    said = 'قرية بوالي\\N \\. \t"quoted"; ဗမာ'
    ged(ged_row(where_description=said))
    assert EventRecord.objects.get().place == " ".join(said.split())


def test_nothing_of_acled_can_be_marked_as_free():
    armed(acled_record())
    with pytest.raises(IntegrityError, match="event_acled_is_not_passed_on"), transaction.atomic():
        EventRecord.objects.update(may_be_exported=True)


# ------------------------------------------------------------------------------------------------ out
def test_an_export_refuses_a_single_event_of_acled():
    ged(*[ged_row(id=number) for number in range(20)])
    armed(acled_record())
    with pytest.raises(export.NotPassedOn) as caught:
        export.as_csv(EventRecord.objects.all())
    assert caught.value.datasets == (EventDataset.ACLED,)
    assert "CAF1" not in "".join(export.as_csv(EventRecord.objects.exportable()))


def test_an_event_that_slips_in_while_the_file_is_written_stays_out():
    ged(ged_row())
    lines = export.as_csv(EventRecord.objects.all())
    armed(acled_record())
    assert len(list(lines)) == 2  # the head and the event of UCDP


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_what_a_spreadsheet_would_run_is_text(start):
    assert export.cell(f"{start}cmd|' /C calc'!A0") == f"'{start}cmd|' /C calc'!A0"


def test_numbers_below_zero_stay_numbers():
    assert export.cell(-18.5) == "-18.5"


def test_an_exported_event_comes_back_with_its_formula_disarmed():
    ged(ged_row(side_a='=HYPERLINK("http://evil.example")', source_headline='a,b\n"c"'))
    head, row = csv.reader(io.StringIO("".join(export.as_csv(EventRecord.objects.all()))))
    found = dict(zip(head, row, strict=True))
    assert found["actor_a"].startswith("'=HYPERLINK")
    assert (found["text"], found["licence"]) == ('a,b\n"c"', "CC BY 4.0")


# ------------------------------------------------------------------------------------------------ the command
def test_the_command_says_what_the_file_brought(tmp_path, capsys):
    file = tmp_path / "GEDEvent_v23_1.csv"
    file.write_bytes(ged_csv(ged_row(id=1), ged_row(id=2)))
    call_command("import_events", "ucdp", file)
    assert capsys.readouterr().out == "2 new, 0 revised, 0 unchanged, version 23.1.\n"


def test_the_command_says_what_is_wrong_with_the_file(tmp_path):
    file = tmp_path / "mine.csv"
    file.write_bytes(acled_csv(acled_record(latitude="north")))
    with pytest.raises(CommandError, match=r"Line 2, column latitude: .north.*Nothing of it was taken in"):
        call_command("import_events", "acled", file)
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_events", "acled", tmp_path / "none.csv")
