"""Languages of items, with and without what their feed claims."""

from __future__ import annotations

import pytest

from sources.ingest import language
from sources.ingest.identify import identify_languages
from sources.models import ExtractState, Item
from tests.factories.sources import FeedFactory, ItemFactory

TEXTS = {
    "en": "The ferry between the two towns sails again after a pause of two weeks, the port authority said on Tuesday.",
    "fr": "Le bac entre les deux villes a repris mardi après deux semaines d'arrêt, a indiqué la direction du port.",
    "ar": "استأنفت العبّارة رحلاتها بين المدينتين بعد توقف دام أسبوعين، بحسب إدارة الميناء.",
    "sw": "Kivuko kati ya miji hiyo miwili kimeanza tena safari zake baada ya kusimama kwa wiki mbili, mamlaka ilisema.",
    "ha": "Jirgin ruwa tsakanin garuruwan biyu ya koma aiki bayan makonni biyu, in ji hukumar tashar jiragen ruwa.",
    "am": "በሁለቱ ከተሞች መካከል የሚጓዘው ጀልባ ከሁለት ሳምንት በኋላ እንደገና ሥራ ጀመረ።",
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


def test_a_language_the_model_does_not_know_is_believed_where_it_is_claimed():
    tigrinya = "ኣብ መንጎ ክልቲኡ ከተማታት እትጓዓዝ ጃልባ ድሕሪ ክልተ ሰሙን ዳግማይ ጀሚራ።"
    assert language.identify(tigrinya).tag == "am"
    assert language.identify(tigrinya, claims=("ti",)) == language.Identified("ti", 0.5)
    assert language.identify(TEXTS["en"], claims=("ti",)).tag == "en"


def test_claims_are_read_in_the_forms_that_feeds_and_catalogues_have():
    assert language.read_claims("fr;ha;dje") == ("fr", "ha", "dje")
    assert language.read_claims("en-GB, fa-AF") == ("en", "fa")
    assert language.read_claims("") == language.read_claims("?!;1") == ()


def test_every_candidate_is_known_to_the_model():
    assert {tag for tag, _ in language._model().rank("words")} == set(language.CANDIDATES)


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
def test_a_batch_costs_a_fixed_number_of_queries(django_assert_max_num_queries):
    ItemFactory.create_batch(30, language_version="")
    with django_assert_max_num_queries(6):
        identify_languages(limit=100)
    assert not Item.objects.filter(language_version="").exists()
