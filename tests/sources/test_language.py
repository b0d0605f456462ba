"""Languages of items, with and without what their feed claims."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sources.ingest import declaration, language, twins
from sources.ingest.identify import identify_languages
from sources.models import EarlierReading, ExtractState, Item, Revision
from tests.factories.sources import NOON, FeedFactory, ItemFactory

TEXTS = {
    "en": "The ferry between the two towns sails again after a pause of two weeks, the port authority said on Tuesday.",
    "fr": "Le bac entre les deux villes a repris mardi après deux semaines d'arrêt, a indiqué la direction du port.",
    "ar": "استأنفت العبّارة رحلاتها بين المدينتين بعد توقف دام أسبوعين، بحسب إدارة الميناء.",
    "sw": "Kivuko kati ya miji hiyo miwili kimeanza tena safari zake baada ya kusimama kwa wiki mbili, mamlaka ilisema.",
    "ha": "Jirgin ruwa tsakanin garuruwan biyu ya koma aiki bayan makonni biyu, in ji hukumar tashar jiragen ruwa.",
    "am": "በሁለቱ ከተሞች መካከል የሚጓዘው ጀልባ ከሁለት ሳምንት በኋላ እንደገና ሥራ ጀመረ።",
    "ti": "ኣብ መንጎ ክልቲኡ ከተማታት እትጓዓዝ ጃልባ ድሕሪ ክልተ ሰሙን ዳግማይ ጀሚራ።",
    "rw": "Perezida yavuze ko abaturage bazatangira imirimo icyumweru gitaha mu mujyi wa kabiri.",
    "rn": "Umukuru w'igihugu yavuze ko abanyagihugu bazotangura ibikorwa indwi iza mu gisagara ca kabiri.",
    "pcm": "Dem don arrest two pipo wey dey sell fake medicine for inside market, na so police tok.",
    "ckb": "بەرپرسێک ڕایگەیاند کە گەشتەکانی نێوان هەردوو شارەکە دوای دوو هەفتە دەستیان پێ کردەوە.",
    "my": "မြို့နှစ်မြို့ကြား ကူးတို့သင်္ဘောသည် နှစ်ပတ်ကြာပြီးနောက် ပြန်လည်ပြေးဆွဲသည်။",
}


@pytest.mark.parametrize("tag", TEXTS)
def test_a_sentence_is_known_without_any_claim(tag):
    found = language.identify(TEXTS[tag])
    assert found.tag == tag
    assert found.confidence > 0.5


@pytest.mark.parametrize("text", ["", "  ", "12:30 – 45", "https://example.org/abc", "🙂 !!"])
def test_what_holds_no_words_is_undetermined(text):
    assert language.identify(text) == language.Identified("und", 0.0)


def test_a_claim_tips_the_scales_of_a_short_title_only():
    assert language.identify("Reunión ministerial", claims=("es",)).tag == "es"
    assert language.identify(TEXTS["fr"], claims=("en",)).tag == "fr"


def test_a_language_that_nothing_knows_is_believed_where_it_is_claimed():
    assert language.identify(TEXTS["my"]).tag == "my"
    assert language.identify(TEXTS["my"], claims=("rki",)) == language.Identified("rki", 0.5)
    assert language.identify(TEXTS["my"], claims=("my", "rki")).tag == "my"
    assert language.identify(TEXTS["en"], claims=("rki",)).tag == "en"


@pytest.mark.parametrize("tag", sorted(language.SECOND))
def test_languages_of_the_second_reading_are_known_by_half_of_their_text(tag, monkeypatch):
    texts = {path.stem: path.read_text(encoding="utf-8").splitlines() for path in declaration.FOLDER.glob("*.txt")}
    known = declaration.Reading({stem: "\n".join(lines[::2]) for stem, lines in texts.items()})
    monkeypatch.setattr(declaration, "reading", lambda: known)
    unseen = [line for line in texts[tag][1::2] if len(line) > 80]
    found = [language.identify(line).tag for line in unseen]
    assert found.count(tag) > 0.8 * len(unseen)


def test_a_language_of_the_second_reading_is_not_seen_in_names():
    assert language.identify("Sukarno, Yamoussoukro, Ndjamena").confidence < 0.6


def test_words_lean_to_the_language_that_has_them_and_not_when_both_have():
    assert twins.lean("dem dey wait", "pcm", "en") > 0 > twins.lean("they were waiting", "pcm", "en")
    assert twins.lean("ivyo n'umugambwe", "rn", "rw") > 0 > twins.lean("ibyo n'ishyaka", "rn", "rw")
    assert twins.lean("don't", "pcm", "en") == twins.lean("abana", "rn", "rw") == 0


@pytest.mark.parametrize(
    "text",
    [f"{TEXTS['en']} {TEXTS['ar']}" * 2, f"{TEXTS['en'] * 3} {TEXTS['fr'] * 3}"],
    ids=["two scripts", "two languages"],
)
def test_a_text_in_two_languages_is_no_sure_thing(text):
    assert language.identify(text).confidence <= 0.5


def test_two_megabytes_are_read_like_their_beginning():
    assert language.identify(TEXTS["ha"] * 20_000) == language.identify(TEXTS["ha"] * 100)


@settings(deadline=None)  # the first example loads the models
@given(st.text(alphabet=st.characters(), max_size=200), st.lists(st.sampled_from(["en", "rn", "zag"]), max_size=2))
def test_no_text_is_an_error(text, claims):
    found = language.identify(text, claims=tuple(claims))
    assert found.tag
    assert 0 <= found.confidence <= 1


def test_claims_are_read_in_the_forms_that_feeds_and_catalogues_have():
    assert language.read_claims("fr;ha;dje") == ("fr", "ha", "dje")
    assert language.read_claims("en-GB, fa-AF") == ("en", "fa")
    assert language.read_claims("") == language.read_claims("?!;1") == ()


def test_every_language_that_can_be_answered_is_known_to_a_model():
    first = {language._OURS.get(tag, tag) for tag, _ in language._model().rank("words")}
    assert first >= language.CANDIDATES
    assert set(declaration.reading().tags) >= language.SECOND
    assert not language.SECOND & first


@pytest.mark.django_db
def test_items_whose_text_is_settled_get_their_language():
    feed = FeedFactory(language="fr;sg")
    ready = ItemFactory(feed=feed, title="Le bac", text=TEXTS["fr"], language="", language_version="")
    waiting = ItemFactory(feed=feed, language="", language_version="", extract_state=ExtractState.PENDING)
    assert identify_languages(limit=10) == 1
    ready.refresh_from_db()
    waiting.refresh_from_db()
    assert (ready.language, ready.language_version) == ("fr", language.VERSION)
    assert waiting.language_version == ""
    assert identify_languages(limit=10) == 0


@pytest.mark.django_db
def test_what_was_said_of_the_language_before_is_kept_with_its_version_and_revision(monkeypatch):
    item = ItemFactory(title="Le bac", text=TEXTS["fr"], language="", language_version="")
    identify_languages(limit=10)
    assert not EarlierReading.objects.exists()  # the first reading replaces nothing
    item.refresh_from_db()
    said, first = {"language": "fr", "confidence": item.language_confidence}, item.current
    second = Revision.objects.create(item=item, number=2, title="x", text=TEXTS["sw"], content_hash="b", seen_at=NOON)
    Item.objects.filter(pk=item.pk).update(current=second, title="x", language_version="")
    monkeypatch.setattr(language, "VERSION", "newer")

    identify_languages(limit=10)

    item.refresh_from_db()
    assert (item.language, item.language_version) == ("sw", "newer")
    kept = EarlierReading.objects.get()
    assert (kept.revision, kept.reads, kept.said) == (first, "language", said)
    assert kept.version not in {"", "newer"}
    Item.objects.filter(pk=item.pk).update(language_version="newest")
    assert [row.version for row in EarlierReading.objects.order_by("id")] == [kept.version, "newer"]


@pytest.mark.django_db
def test_a_batch_costs_a_fixed_number_of_queries(django_assert_max_num_queries):
    ItemFactory.create_batch(30, language_version="")
    with django_assert_max_num_queries(6):
        identify_languages(limit=100)
    assert not Item.objects.filter(language_version="").exists()
