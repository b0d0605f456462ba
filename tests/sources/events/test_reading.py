"""Files of events as they come: each fault is named with its line and column, and hostile files end at once."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile

import pytest

from sources.events import acled, ucdp
from sources.events.reading import BadFile, unpacked
from tests.sources.events.files import acled_csv, acled_record, ged_csv, ged_row


def events(body: bytes, version: str = "23.1"):
    return list(ucdp.read(io.BytesIO(body), version=version))


def armed(body: bytes):
    return list(acled.read(io.BytesIO(body)))


def test_an_event_is_read_with_its_codes_as_the_source_has_them():
    (event,) = events(ged_csv(ged_row(id=36210, country_id=482, where_prec=5, date_prec=2, low=3, best=4, high=9)))
    assert (event.external_id, event.version, event.country_code) == ("36210", "23.1", "482")
    assert (event.date_precision, event.place_precision) == (2, 5)
    assert (event.deaths_low, event.deaths_best, event.deaths_high) == (3, 4, 9)
    assert event.kind == "one-sided violence"


def test_times_after_the_day_and_numbers_written_as_decimals_are_understood():
    (event,) = events(
        ged_csv(
            ged_row(
                date_start="2013-12-05 00:00:00.000", date_end="2013-12-06T00:00:00", best="7.0", country_id="482.0"
            )
        )
    )
    assert (event.starts_on, event.ends_on) == (dt.date(2013, 12, 5), dt.date(2013, 12, 6))
    assert (event.deaths_best, event.country_code) == (7, "482")


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ({"date_start": "2013-13-01"}, "Line 3, column date_start: “2013-13-01” is no day"),
        ({"date_end": "2013-12-01"}, "Line 3, column date_end: 2013-12-01 is before date_start"),
        ({"latitude": "95"}, "Line 3, column latitude: “95” is no number of degrees from -90 to 90"),
        ({"latitude": "nan"}, "Line 3, column latitude: “nan”"),
        ({"longitude": ""}, "Line 3, column longitude: is empty, and the other"),
        ({"best": "-3"}, "Line 3, column best: “-3” is no whole number"),
        ({"best": "٣"}, "Line 3, column best: “٣” is no whole number"),
        ({"type_of_violence": "4"}, "Line 3, column type_of_violence: “4” is none of 1, 2 and 3"),
        ({"id": " "}, "Line 3, column id: is empty"),
        ({"country": "x" * 200}, "Line 3, column country: is longer than 120"),
    ],
)
def test_a_fault_is_named_with_its_line_and_column(fault, message):
    with pytest.raises(BadFile) as caught:
        events(ged_csv(ged_row(id=1), ged_row(**fault)))
    assert str(caught.value).startswith(message)


def test_the_line_is_the_files_own_where_fields_hold_line_ends():
    body = ged_csv(ged_row(id=1, source_headline="one\ntwo\nthree"), ged_row(id=2, best="many"))
    with pytest.raises(BadFile, match="Line 5, column best"):
        events(body)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "The file is empty"),
        (b"\xef\xbb\xbfid,name\n1,x\n", "Line 1: this is no file of UCDP GED, it has no column type_of_violence"),
        (b"PK\0\0\0", "Line 1: the file holds bytes that are no text"),
        (ged_csv(ged_row()) + b"1,2,3\n", "Line 3: there are 3 fields where the head names 25 columns"),
        (ged_csv(ged_row()).replace(b"Outlet", b"\xe9tat"), "Line 2: byte .* is not UTF-8"),
        (ged_csv() + b'"' + b"x" * 600_000, "Line 2: this is no CSV that can be read"),
        (ged_csv() + b"x" * 3_000_000, "Line 2 is longer than 2,000,000 bytes"),
        (ged_csv().replace(b"low", b"best"), "Line 1: this is no file of UCDP GED, it has no column low"),
        (ged_csv().replace(b"adm_1", b"adm_2"), "Line 1: the column adm_2 stands there twice"),
    ],
)
def test_what_is_no_such_table_is_refused_with_a_reason(body, message):
    with pytest.raises(BadFile, match=message):
        events(body)


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("GEDEvent_v23_1.csv", "23.1"),
        ("GEDEvent_v24_0_11.csv", "24.0.11"),
        ("GEDEvent_v24_01_24_03.csv", "24.01.24.03"),
        ("ged231-csv.zip", ""),
        ("events.csv", ""),
    ],
)
def test_the_name_of_a_file_states_the_version(name, version):
    assert ucdp.version_in(name) == version


@pytest.mark.parametrize("version", ["", "23.1; drop", "v23", "23." * 9])
def test_what_is_no_version_is_refused(version):
    with pytest.raises(BadFile, match="is no version of UCDP GED"):
        events(ged_csv(ged_row()), version=version)


# ------------------------------------------------------------------------------------------------ ACLED
def test_an_export_is_read_the_same_from_csv_and_json():
    record = acled_record(notes="Armed men attacked “Boali”.\nThree died.")
    from_csv = armed(acled_csv(record))
    as_list, as_answer = (armed(json.dumps(body).encode()) for body in ([record], {"status": 200, "data": [record]}))
    assert [event.text for event in from_csv] == ["Armed men attacked “Boali”.\nThree died."]
    assert [event.external_id for event in from_csv] == ["CAF1"]
    assert as_list == as_answer
    assert [(event.version, event.deaths_best, event.starts_on) for event in as_list] == [
        (event.version, event.deaths_best, event.starts_on) for event in from_csv
    ]


def test_the_older_form_of_its_dates_is_understood():
    (event,) = armed(acled_csv(acled_record(event_date="05 December 2013")))
    assert event.starts_on == dt.date(2013, 12, 5)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'{"data": 3}', "holds no list of events"),
        (b"[1]", "Record 1 is no event"),
        (b'[{"event_id_cnty": "CAF1"}]', "Record 1: this is no export of ACLED, it has no event_date"),
        (b"[" * 100_000, "no JSON that can be read"),
        (b"{\xff", "no JSON that can be read"),
        (json.dumps([acled_record(timestamp="")]).encode(), "Line 1, column timestamp: is empty"),
        (json.dumps([acled_record(fatalities="1e9")]).encode(), "Line 1, column fatalities: “1e9”"),
        (ged_csv(ged_row()), "this is no file of ACLED"),
    ],
)
def test_what_is_no_export_is_refused_with_a_reason(body, message):
    with pytest.raises(BadFile, match=message):
        armed(body)


# ------------------------------------------------------------------------------------------------ archives
def archive(**files: bytes) -> io.BytesIO:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    body.seek(0)
    return body


def test_the_one_table_of_an_archive_is_read():
    file, name = unpacked(archive(**{"GEDEvent_v23_1.csv": ged_csv(ged_row()), "readme.txt": b"x"}), "ged.zip")
    assert name == "GEDEvent_v23_1.csv"
    assert len(list(ucdp.read(file, version="23.1"))) == 1


def test_an_archive_of_two_tables_is_refused():
    with pytest.raises(BadFile, match="holds 2 files"):
        unpacked(archive(**{"a.csv": b"", "b.csv": b""}), "x.zip")


def test_a_bomb_is_refused_before_it_is_unpacked():
    body = archive(**{"a.csv": b"x"}).getvalue()
    at = body.index(b"PK\x01\x02") + 20  # where the directory states both sizes
    huge = (3).to_bytes(4, "little") + (4_000_000_000).to_bytes(4, "little")
    lying = body[:at] + huge + body[at + 8 :]
    with pytest.raises(BadFile, match="unpacks to more than"):
        unpacked(io.BytesIO(lying), "x.zip")


def test_a_damaged_archive_is_refused():
    body = bytearray(archive(**{"a.csv": ged_csv(*[ged_row(id=n) for n in range(50)])}).getvalue())
    body[60:90] = b"\0" * 30
    with pytest.raises(BadFile, match=r"damaged|cannot be read"):
        list(ucdp.read(unpacked(io.BytesIO(bytes(body)), "x.zip")[0], version="23.1"))
