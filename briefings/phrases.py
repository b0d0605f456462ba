"""What each finding of the lint means in words, and what to do about it. For the edges only."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from briefings.lint import Finding

_PHRASES = {
    "tlp_not_clear": _(
        "Handling is TLP:%(tlp)s. Only TLP:CLEAR is published: set it to TLP:CLEAR, or leave this unpublished."
    ),
    "bottom_line_missing": _("There is no bottom line. Write one judgement of at most 45 words."),
    "correction_unexplained": _("A correction says what was wrong in the version before. Fill in “what was wrong”."),
    "quiet_with_news": _(
        "This is a quiet-day edition, yet it reports news. Make it a routine edition, or remove the claims."
    ),
    "quiet_without_date": _(
        "A quiet day gives the standing judgement with its date. Say since when the level has stood."
    ),
    "not_in_this_kind": _("A flash has no such section. Move it to the day’s edition, or remove it."),
    "nothing_reported": _("Nothing is reported. Add a key development, or make this a quiet-day edition."),
    "likelihood_missing": _("There is no likelihood. Write one sentence with one term of the scale."),
    "likelihood_without_term": _(
        "The likelihood uses no term of the scale. Use one: almost no chance, very unlikely, unlikely, "
        "roughly even chance, likely, very likely, almost certain."
    ),
    "likelihood_mixed": _("The likelihood uses several terms (%(terms)s). Keep one."),
    "confidence_missing": _("There is no confidence. Say high, moderate or low, and why, in a sentence of its own."),
    "trend_unexplained": _("The trend is not that of %(edition)s. Say why it changed."),
    "level_unexplained": _("The level is not that of %(edition)s. Say why it changed."),
    "likelihood_unexplained": _("The likelihood is not that of %(edition)s. Say why it changed."),
    "likelihood_not_testable": _(
        "Nobody will be able to say whether the likelihood came true. Give its horizon and what must happen."
    ),
    "horizon_past": _("The horizon of the likelihood lies before the edition’s date."),
    "likelihood_with_confidence": _("Likelihood and confidence stand in one sentence: “%(sentence)s” Make two."),
    "claim_without_passage": _(
        "“%(text)s” rests on no passage. Quote the words that bear it out; only a judgement needs none."
    ),
    "number_not_in_passage": _(
        "“%(number)s” is in no passage of “%(text)s”. Quote the words that hold it, or change the number."
    ),
    "figures_summed": _(
        "“%(number)s” in “%(text)s” adds up what different sources counted (%(sum)s). Give each figure with its source, "
        "or the lowest and the highest."
    ),
    "name_not_in_passage": _(
        "“%(name)s” is in no passage of “%(text)s”, by that name or another that we know. Quote the words that name it, "
        "or take the name out."
    ),
    "tlp_stricter_inside": _(
        "TLP:%(tlp)s stands inside a TLP:%(edition)s edition. Take those words out; only whoever marked them can loosen them."
    ),
    "label_missing": _("“%(text)s” carries no evidence label. Choose one."),
    "unverified_out_of_place": _(
        "“%(text)s” is unverified. Such reports belong to the local perspective, or to what we do not know."
    ),
    "label_beyond_sources": _(
        "“%(text)s” is labelled corroborated, but its passages are not from two independent publishers of "
        "different kind. Quote another, or lower the label."
    ),
    "hedge_alone": _("“%(word)s” alone says little. Use a term of the likelihood scale."),
    "crime_without_attribution": _(
        "“%(name)s” stands as our own word. Say who uses it, or under which legal standard."
    ),
    "too_many_entries": _(
        "%(count)s entries, at most %(limit)s. Remove some, or give a reason for exceeding the limit."
    ),
    "section_too_long": _("%(count)s words, at most %(limit)s. Shorten it, or give a reason for exceeding the limit."),
    "entry_too_long": _("%(count)s words, at most %(limit)s. Shorten it, or give a reason for exceeding the limit."),
    "page_one_too_long": _(
        "Bottom line, changes and headlines are %(count)s words, at most %(limit)s on page 1. Shorten them, "
        "or give a reason."
    ),
    "brief_too_long": _(
        "The whole brief is %(count)s words, at most %(limit)s. Shorten it, or give a reason for exceeding the limit."
    ),
}
_OF_TRANSLATIONS = {
    "structure_differs": _("This is no longer the structure of the source. Begin the translation again."),
    "not_translated": _("“%(text)s” is not translated yet."),
    "note_not_translated": _("What was wrong in the version before is not translated yet."),
    "not_in_source": _("“%(text)s” stands for nothing in the source. Take it out."),
    "number_not_in_source": _("“%(number)s” is neither in “%(text)s” nor in its passages. Use the source's figure."),
    "number_lost": _("“%(number)s” of “%(text)s” is not in the translation. Look whether it was lost."),
    "signs_differ": _("The source names %(count)s signs, one on each line. Name as many."),
    "likelihood_differs": _("The source's likelihood is another step of the scale: “%(term)s”."),
}
_PHRASES |= _OF_TRANSLATIONS
_PLACES = {
    "tlp": _("Handling"),
    "kind": _("Kind"),
    "bottom_line": _("Bottom line"),
    "level_since": _("Level"),
    "likelihood": _("Likelihood"),
    "confidence": _("Confidence"),
    "trend_reason": _("Trend"),
    "level_reason": _("Level"),
    "likelihood_reason": _("Likelihood"),
    "horizon": _("Likelihood"),
    "resolution_rule": _("Comes true if"),
    "what_changed": _("What changed"),
    "key_developments": _("Key developments"),
    "triggers": _("Triggers"),
    "calendar": _("Calendar"),
    "assessment": _("Assessment and outlook"),
    "alternative": _("Alternative view"),
    "signs": _("Signs that would change our mind"),
    "local_perspective": _("Local perspective"),
    "actors": _("Actors and alleged perpetrators"),
    "engaged": _("Who is engaged"),
    "options": _("Options"),
    "unknown": _("What we do not know"),
    "correction_note": _("What was wrong"),
    "page": _("Page 1"),
    "whole": _("The whole brief"),
}


def phrase(finding: Finding) -> str:
    """The finding as a sentence or two, in the reader's language."""
    return str(_PHRASES[finding.code]) % dict(finding.values)


def place_name(where: str) -> str:
    """The name of a section, of which ``where`` may say more (section/claim)."""
    return str(_PLACES[where.partition("/")[0]])


def is_place(where: str) -> bool:
    """Whether ``place_name`` knows it."""
    return where.partition("/")[0] in _PLACES


def place(finding: Finding) -> str:
    """The name of the section where it was found."""
    return str(_PLACES[finding.where.partition("/")[0]])
