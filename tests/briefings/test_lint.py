"""The rules of the brief: each from one set-up, once met and once broken."""

import dataclasses
import datetime as dt

import pytest

from briefings import lint, phrases
from briefings.limits import LIMITS, WHOLE
from briefings.render.document import Correction, Move
from countries.places.desk import DeskName, DeskNames
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
            "triggers": (),
            "horizon": dt.date(2013, 12, 27),
            "resolution_rule": "A shooting in Bangui that two origins report.",
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


def summed(text, *quotes, language="en"):
    """A claim that rests on one passage of each of several sources."""
    quotes = quotes or ("3 dead in the north", "4 dead in the south")
    made = claim(1, text, label="single_source")
    quoted = tuple(passage(number, quote, language=language) for number, quote in enumerate(quotes, start=1))
    return dataclasses.replace(made, passages=quoted)


class TestSums:
    def test_figures_of_different_sources_are_never_added_up(self):
        found = lint.findings(document(key_developments=(summed("Soldiers killed 7."),)))
        assert [(f.code, dict(f.values)["sum"]) for f in found] == [("figures_summed", "3 + 4")]

    def test_a_total_that_one_source_gives_is_its_own(self):
        made = summed("Soldiers killed 7.", "3 dead in the north", "4 in the south, 7 in all")
        assert codes(document(key_developments=(made,))) == []

    def test_what_is_no_sum_is_merely_missing(self):
        assert codes(document(key_developments=(summed("Soldiers killed 9."),))) == ["number_not_in_passage"]


class TestNames:
    @pytest.mark.parametrize(
        ("text", "quote", "language"),
        [
            ("Shots were heard in Bossangoa.", "firing in Bossangoa", "en"),
            ("Shots were heard in Bossangoa.", "Bossangoa : des tirs", "fr"),
            ("Soldiers from Chad fired.", "Chadian soldiers fired", "en"),
            ("Soldiers from Chad fired.", "des soldats tchadiens ont tiré", "fr"),
            ("Shells fell on Aleppo.", "سقطت قذائف على حلب", "ar"),
            ("She said so in Arabic.", "قالت ذلك", "ar"),
            ("The UN said that it would look.", "The United Nations will look", "en"),
            ("Fighters left the Central African Republic on Monday.", "Fighters left", "en"),
            ("President Djotodia spoke.", "Djotodia spoke", "en"),
            ("On Monday, Colonel Narkoyo spoke.", "Narkoyo spoke", "en"),
        ],
    )
    def test_a_name_is_borne_out_by_any_of_its_forms(self, text, quote, language):
        assert codes(document(key_developments=(summed(text, quote, language=language),))) == []

    @pytest.mark.parametrize(
        ("text", "quote", "name"),
        [
            ("Shots were heard in Bossangoa.", "firing in the north", "Bossangoa"),
            ("Bossangoa was shelled.", "firing in the north", "Bossangoa"),
            ("Troops of Sudan fired.", "troops fired", "Sudan"),
            ("The minister met Michel Djotodia.", "the minister met the president", "Michel Djotodia"),
            ("The guards of Bouca and Bouar left.", "guards of Bouca left", "Bouar"),
        ],
    )
    def test_a_name_that_no_passage_contains_blocks_within_one_language(self, text, quote, name):
        found = lint.findings(document(key_developments=(summed(text, quote),)))
        assert [(f.code, f.is_blocking, dict(f.values)["name"]) for f in found] == [("name_not_in_passage", True, name)]

    def test_across_languages_it_warns(self):
        made = document(key_developments=(summed("Shots were heard in Bossangoa.", "des tirs", language="fr"),))
        assert [(f.code, f.is_blocking) for f in lint.findings(made)] == [("name_not_in_passage", False)]

    def test_the_desks_own_names_count(self):
        desk = DeskNames([DeskName("Séléka", "CF", "group"), DeskName("سيليكا", "CF", "group", "ar")])
        made = document(key_developments=(summed("Former Séléka left.", "انسحب مقاتلو سيليكا", language="ar"),))
        assert [f.code for f in lint.findings(made)] == ["name_not_in_passage"]
        assert [f.code for f in lint.findings(made, desk=desk)] == []


class TestSentences:
    def test_each_sentence_that_is_no_judgement_needs_a_passage(self):
        text = "Soldiers fired on a crowd. The peace is over. A market burned."
        made = development(text, quote="", judgements=("The peace is over.",))
        found = lint.findings(document(key_developments=(made,)))
        assert [dict(f.values)["text"] for f in found] == ["Soldiers fired on a crowd.", "A market burned."]

    def test_a_mark_holds_for_those_words_only(self):
        made = development("The peace is almost over.", quote="", judgements=("The peace is over.",))
        assert codes(document(key_developments=(made,))) == ["claim_without_passage"]

    def test_a_judgement_may_name_what_no_passage_names(self):
        text = "Soldiers fired on a crowd. Next may come the road to Bouca, which is likely to close."
        made = development(text, judgements=("Next may come the road to Bouca, which is likely to close.",))
        assert codes(document(key_developments=(made,))) == []


class TestHandling:
    @pytest.mark.parametrize("mark", ["TLP:AMBER", "tlp: red", "TLP:AMBER+STRICT", "TLP:GREEN"])
    def test_a_stricter_mark_inside_blocks_and_cannot_be_overridden(self, mark):
        for made in (
            document(unknown=f"From a note marked {mark}."),
            document(key_developments=(development(quote=f"{mark} Soldiers fired on a crowd."),)),
        ):
            (found,) = lint.findings(made)
            assert (found.code, found.is_blocking, found.may_be_overridden) == ("tlp_stricter_inside", True, False)

    def test_the_same_or_a_looser_one_does_not(self):
        assert codes(document(unknown="TLP:CLEAR throughout.")) == []
        assert codes(document(tlp="RED", unknown="TLP:AMBER")) == ["tlp_not_clear"]


class TestOverrides:
    def test_a_reason_lets_a_finding_stand_and_is_shown_with_it(self):
        made = document(key_developments=(development("Soldiers wounded 5."),))
        (found,) = lint.findings(made)
        (answered,) = lint.findings(made, overrides={found.key: "Counted on the picture."})
        assert (answered.code, answered.is_blocking, answered.reason) == (found.code, False, "Counted on the picture.")
        assert answered.key == found.key

    def test_changed_words_ask_anew(self):
        (found,) = lint.findings(document(key_developments=(development("Soldiers wounded 5."),)))
        changed = document(key_developments=(development("Soldiers wounded 5 people."),))
        assert lint.findings(changed, overrides={found.key: "Counted."})[0].is_blocking

    def test_what_may_not_be_overridden_is_not(self):
        made = document(bottom_line="")
        (found,) = lint.findings(made)
        assert lint.findings(made, overrides={found.key: "Because."}) == (found,)


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
    assert "quiet_without_date" in codes(dataclasses.replace(quiet(), level_since=None))


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
        document(kind="flash", options=(claim(1, "Pair the patrols."),)),
        document(
            moves=tuple(
                Move(what, before, "", "") for what, before in (("trend", "easing"), ("level", "1"), ("likelihood", ""))
            ),
            horizon=None,
        ),
        document(horizon=dt.date(2013, 12, 1)),
        document(assessment="TLP:RED: hold back.", key_developments=(summed("Soldiers killed 7 in Bouca."),)),
    ]
    found = [finding for made in broken for finding in lint.findings(made)]
    assert {finding.code for finding in found} == set(phrases._PHRASES) - set(phrases._OF_TRANSLATIONS)
    for finding in found:
        assert "%(" not in phrases.phrase(finding)
        assert phrases.place(finding)


def test_limits_name_sections_of_the_document():
    assert set(LIMITS) <= {field.name for field in dataclasses.fields(rich())}
