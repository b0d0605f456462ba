"""The rules of the brief: each from one set-up, once met and once broken."""

import dataclasses
import datetime as dt

import pytest

from briefings import lint, phrases
from briefings.limits import LIMITS, WHOLE
from briefings.render.document import Correction
from tests.factories.documents import claim, passage, quiet, rich, source

LIKELIHOOD = "Further shootings in Bangui within 72 hours are likely."


def development(text="Soldiers fired on a crowd.", quote="Soldiers fired on a crowd.", **changes):
    made = claim(1, text, **{"label": "single_source", **changes})
    return dataclasses.replace(made, passages=(passage(1, quote),)) if quote else made


def document(**changes):
    """The smallest routine edition that nothing is said against."""
    return rich(
        **{
            "bottom_line": "The peacekeepers are now treated as a party.",
            "likelihood": LIKELIHOOD,
            "confidence": "Our confidence is moderate: two origins.",
            "what_changed": (),
            "key_developments": (development(),),
            "calendar": (),
            "assessment": "",
            "alternative": "",
            "signs": (),
            "local_perspective": (),
            "actors": (),
            "engaged": (),
            "options": (),
            "unknown": "",
            "corrections": (),
            **changes,
        }
    )


def codes(made, waiver=""):
    return [finding.code for finding in lint.findings(made, waiver=waiver)]


def test_the_smallest_edition_is_ready():
    assert codes(document()) == []


def test_the_full_examples_are_ready():
    for made in (rich(corrections=()), quiet()):
        assert [finding for finding in lint.findings(made) if finding.is_blocking] == []


def words(count):
    return " ".join(["word"] * count)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"tlp": "GREEN"}, "tlp_not_clear"),
        ({"bottom_line": "  "}, "bottom_line_missing"),
        ({"likelihood": ""}, "likelihood_missing"),
        ({"likelihood": "Further shootings are to be expected."}, "likelihood_without_term"),
        ({"likelihood": "Shootings are likely, looting very likely."}, "likelihood_mixed"),
        ({"confidence": ""}, "confidence_missing"),
        ({"likelihood": "With moderate confidence, further shootings are likely."}, "likelihood_with_confidence"),
        ({"assessment": "It is likely to spread; confidence is low."}, "likelihood_with_confidence"),
        ({"key_developments": (development(quote=""),)}, "claim_without_passage"),
        ({"what_changed": (development(quote=""),)}, "claim_without_passage"),
        ({"actors": (development(quote=""),)}, "claim_without_passage"),
        ({"engaged": (development(quote=""),)}, "claim_without_passage"),
        ({"key_developments": (development("Soldiers wounded 5."),)}, "number_not_in_passage"),
        ({"key_developments": (development(label=""),)}, "label_missing"),
        ({"key_developments": (development(label="unverified"),)}, "unverified_out_of_place"),
        ({"key_developments": (development(label="corroborated"),)}, "label_beyond_sources"),
        ({"key_developments": ()}, "nothing_reported"),
        ({"unknown": "It may have been the guards."}, "hedge_alone"),
        ({"assessment": "This is genocide."}, "crime_without_attribution"),
        ({"kind": "quiet"}, "quiet_with_news"),
        ({"version": 2, "id": "CAF-2013-12-24-v2"}, "correction_unexplained"),
        ({"bottom_line": words(46)}, "section_too_long"),
        ({"what_changed": tuple(development() for _ in range(6))}, "too_many_entries"),
        ({"what_changed": (development(words(31)),)}, "entry_too_long"),
        ({"key_developments": (development(words(71)),)}, "entry_too_long"),
        ({"assessment": words(81), "alternative": words(40)}, "section_too_long"),
        ({"alternative": words(41)}, "section_too_long"),
        ({"signs": ("a", "b", "c", "d")}, "too_many_entries"),
        ({"local_perspective": (development(words(81)),)}, "section_too_long"),
        ({"unknown": words(61)}, "section_too_long"),
        ({"options": (claim(1, words(61)),)}, "entry_too_long"),
    ],
)
def test_what_breaks_a_rule_is_found(changes, code):
    assert code in codes(document(**changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"likelihood": "Further shootings are VERY LIKELY."},
        {"likelihood": "Further shootings are almost certainly being prepared."},
        {"key_developments": (development(quote="", kind="judgement"),)},
        {"options": (claim(1, "Pair the patrols.", headline="Change the guard."),)},
        {"local_perspective": (development(label="unverified"),)},
        {"what_changed": (development(label="unverified", mark="downgraded"),)},
        {"unknown": "On 5 May it rained. “We may go”, he said."},
        {"assessment": "The adviser warned of genocide."},
        {"assessment": "The Genocide Convention binds both."},
        {"bottom_line": words(45)},
        {"version": 2, "id": "CAF-2013-12-24-v2", "corrections": (
            Correction("CAF-2013-12-24-v1", "The toll was wrong.", dt.datetime(2013, 12, 24, tzinfo=dt.UTC)),
        )},
    ],
)  # fmt: skip
def test_what_meets_the_rules_is_not(changes):
    assert codes(document(**changes)) == []


class TestNumbers:
    @pytest.mark.parametrize(
        ("text", "quote"),
        [
            ("214,000 people fled.", "Site managers reported about 214 000 displaced people."),
            ("214,000 people fled.", "214.000 personas"),
            ("214,000 people fled.", "٢١٤٬٠٠٠ نازح"),
            ("214,000 people fled.", "214\u202f000 déplacés"),
            ("4 were wounded.", "wounding four people"),
            ("4 were wounded.", "quatre blessés"),
            ("4 were wounded.", "أربعة جرحى"),
            ("23 were wounded.", "twenty-three wounded"),
            ("2.5 million people.", "2,5 millions de personnes"),
            ("07 posts.", "7 posts"),
        ],
    )
    def test_the_same_number_in_another_dress_is_borne_out(self, text, quote):
        assert codes(document(key_developments=(development(text, quote),))) == []

    @pytest.mark.parametrize(
        ("text", "quote"),
        [
            ("214,000 people fled.", "210,000 people"),
            ("214,000 people fled.", "214 people"),
            ("4 were wounded.", "wounding fourteen people"),
            ("2.5 million people.", "25 million people"),
            ("4 to 6 were wounded.", "four wounded"),
        ],
    )
    def test_another_number_is_not(self, text, quote):
        assert codes(document(key_developments=(development(text, quote),))) == ["number_not_in_passage"]

    def test_each_missing_number_is_named_as_it_stands(self):
        made = document(key_developments=(development("Between 1,200 and 1500 fled.", "Some fled."),))
        assert [dict(finding.values)["number"] for finding in lint.findings(made)] == ["1,200", "1500"]

    @pytest.mark.parametrize(
        ("text", "is_found"),
        [
            ("On 23 December soldiers fired.", False),  # the day the source was published
            ("On 19 December 2013 soldiers fired.", False),  # a few days before
            ("On 24 December soldiers fired.", False),  # the night after, in another zone
            ("On 5 December soldiers fired.", True),
            ("On 23 December 2012 soldiers fired.", True),
            ("On 26 December soldiers fired.", True),
        ],
    )
    def test_a_date_is_borne_out_by_the_sources_own_date(self, text, is_found):
        assert (codes(document(key_developments=(development(text),))) == ["number_not_in_passage"]) is is_found

    def test_a_date_is_borne_out_by_the_passage_in_any_language(self):
        for quote in ("le 5 décembre à Bossangoa", "on 5 December 2013", "في 5 ديسمبر 2013"):
            assert codes(document(key_developments=(development("On 5 December soldiers fired.", quote),))) == []

    def test_a_number_in_the_name_of_a_cited_publisher_is_no_claim(self):
        made = document(
            sources=(source(1, "Radio 4", "Shots"),), key_developments=(development("Radio 4 told of shots."),)
        )
        assert codes(made) == []


class TestLengths:
    @pytest.mark.parametrize("kind", WHOLE)
    def test_a_brief_over_its_limit_blocks(self, kind):
        limit = WHOLE[kind]
        made = document(
            kind=kind,
            bottom_line="One.",
            likelihood="",
            confidence="",
            key_developments=(),
            level_since=dt.date(2013, 12, 5),
            unknown=words(limit),
        )
        assert "brief_too_long" in codes(made)
        assert "brief_too_long" not in codes(dataclasses.replace(made, unknown=words(limit - 1)))

    def test_page_one_stands_alone(self):
        changed = tuple(development(words(30)) for _ in range(5))
        headlines = tuple(development(headline=words(40)) for _ in range(4))
        made = document(what_changed=changed, key_developments=headlines)
        assert lint.page_one_words(made) > 300
        assert "page_one_too_long" not in codes(made)
        made = dataclasses.replace(made, confidence=words(60))
        assert "page_one_too_long" in codes(made)

    def test_a_reason_makes_a_limit_a_warning(self):
        made = document(unknown=words(61))
        assert [(f.code, f.is_blocking) for f in lint.findings(made, waiver="Three towns fell.")] == [
            ("section_too_long", False)
        ]
        assert [f.is_blocking for f in lint.findings(made, waiver="   ")] == [True]

    def test_a_reason_waives_nothing_but_length(self):
        assert lint.findings(document(bottom_line=""), waiver="Because.")[0].is_blocking


def test_what_blocks_comes_first():
    found = lint.findings(document(unknown="It may rain.", bottom_line=""))
    assert [finding.is_blocking for finding in found] == [True, False]


def test_a_quiet_day_needs_no_likelihood_but_a_date():
    assert codes(dataclasses.replace(quiet(), likelihood="", confidence="")) == []
    assert codes(dataclasses.replace(quiet(), level_since=None)) == ["quiet_without_date"]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "De nouveaux tirs sont très probables."),
        ("es", "Nuevos disparos son muy probables."),
        ("ar", "من المرجح جدًا وقوع مزيد من إطلاق النار."),
        ("my", "ဘာသာစကားတစ်ခု"),  # no words of the scale yet: nothing is asked for
    ],
)
def test_the_scale_is_known_in_the_interfaces_languages(language, text):
    assert codes(document(language=language, likelihood=text)) == []


def test_every_finding_has_a_sentence_and_a_place():
    broken = [
        document(tlp="GREEN", bottom_line="", likelihood="", confidence="x", key_developments=(), unknown=words(61)),
        document(likelihood="None.", confidence="", what_changed=tuple(development(words(40), "") for _ in range(6))),
        document(likelihood="Likely, unlikely, confidence is low.", assessment="War crimes may follow."),
        document(
            version=2,
            kind="quiet",
            level_since=None,
            key_developments=(development("5", label=""), development(label="unverified")),
            local_perspective=(development(label="corroborated"),),
        ),
        document(confidence=words(400), unknown=words(900)),
    ]
    found = [finding for made in broken for finding in lint.findings(made)]
    assert {finding.code for finding in found} == set(phrases._PHRASES)
    for finding in found:
        assert "%(" not in phrases.phrase(finding)
        assert phrases.place(finding)


def test_limits_name_sections_of_the_document():
    assert set(LIMITS) <= {field.name for field in dataclasses.fields(rich())}
