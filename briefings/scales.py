"""The words of likelihood (ICD 203, one row only), of confidence, of hedging and of crimes, per language. Plain Python.

Source: Intelligence Community Directive 203, Analytic Standards (2015, amended 2022), section D.6.e.(2)(a): the first
row of its table. The translations are the desk's own.
"""

from __future__ import annotations

import re
from functools import lru_cache

#: Seven terms, least likely first.
LIKELIHOOD = {
    "en": (
        "almost no chance",
        "very unlikely",
        "unlikely",
        "roughly even chance",
        "likely",
        "very likely",
        "almost certain",
    ),
    "fr": (
        "presque aucune chance",
        "très improbable",
        "improbable",
        "environ une chance sur deux",
        "probable",
        "très probable",
        "presque certain",
    ),
    "es": (
        "casi ninguna posibilidad",
        "muy improbable",
        "improbable",
        "una posibilidad entre dos",
        "probable",
        "muy probable",
        "casi seguro",
    ),
    "ar": ("احتمال شبه معدوم", "مستبعد جدا", "مستبعد", "احتمال متكافئ تقريبا", "مرجح", "مرجح جدا", "شبه مؤكد"),
}
#: Ends that the terms take.
_INFLECTED = {"en": "(?:ly)?", "fr": "(?:e?s?)", "es": "(?:[oa]?s?)", "ar": ""}
_CONFIDENCE = {
    "en": r"\b(?:high|moderate|low) confidence\b|\bconfidence (?:is|was|remains|in this judgement is)\b|"
    r"\bwe are (?:highly |moderately |fairly )?confident\b",
    "fr": r"\bconfiance (?:est )?(?:élevée|haute|modérée|moyenne|faible)\b",
    "es": r"\bconfianza (?:es )?(?:alta|elevada|moderada|media|baja)\b",
    "ar": r"(?:ال)?ثقة (?:عالية|مرتفعة|متوسطة|منخفضة)",
}
_HEDGES = {
    "en": r"\b(?:may|might|could|possibly)\b",
    "fr": r"\b(?:pourrai(?:t|ent)|peut-être|éventuellement)\b",
    "es": r"\b(?:podría[n]?|quizás?|posiblemente)\b",
    "ar": r"\bربما\b",
}
_CRIMES = {
    "en": r"\bgenocid(?:e|al)\b(?! (?:prevention|convention))|\bcrimes? against humanity\b|\bwar crimes?\b|\bethnic cleansing\b",
    "fr": r"\bgénocid(?:e|aire)s?\b|\bcrimes? contre l['’]humanité\b|\bcrimes? de guerre\b|\bnettoyage ethnique\b",
    "es": r"\bgenocidi?[oa]s?\b|\bcr[ií]men(?:es)? (?:de lesa humanidad|contra la humanidad|de guerra)\b|\blimpieza étnica\b",
    "ar": r"إبادة جماعية|الإبادة الجماعية|جرائم ضد الإنسانية|جرائم? حرب|جرائم الحرب|تطهير عرقي",
}
_ATTRIBUTION = {
    "en": r"\b(?:sa(?:id|ys)|reported?|alleged?|alleges|accused?|accuses|warned|warns|called|calls|described|describes|"
    r"documented|found|concluded|charged|convicted|according to|prevention of)\b",
    "fr": r"\b(?:selon|a dit|ont dit|accus\w+|dénonc\w+|averti\w*|qualifi\w+|affirm\w+|prévention)\b",
    "es": r"\b(?:según|dij\w+|acus\w+|denunci\w+|advirti\w+|calific\w+|afirm\w+|prevención)\b",
    "ar": r"(?:قال|وصف|اتهم|حذر|بحسب|وفق|أعلن|منع)",
}
#: Words inside quotation marks are somebody else's.
_QUOTED = re.compile(r"“[^”]*”|«[^»]*»|„[^“”]*[“”]")
_ARABIC_MARKS = re.compile(r"[\u064b-\u0652\u0640]")


def is_known(language: str) -> bool:
    """Whether the rules of words are there for that language."""
    return _base(language) in LIKELIHOOD


def likelihood_terms(text: str, language: str) -> tuple[str, ...]:
    """The terms of the scale in the text, in order; the longest reading wins ("very likely" holds no "likely")."""
    pattern = _likelihood(_base(language))
    return tuple(match["term"].lower() for match in pattern.finditer(_plain(text))) if pattern else ()


def term_of(text: str, language: str) -> int | None:
    """The place of the text's one term in the scale, 0 to 6; None where it has none, or several."""
    terms = likelihood_terms(text, language)
    return LIKELIHOOD[_base(language)].index(terms[0]) if len(terms) == 1 else None


def speaks_of_confidence(text: str, language: str) -> bool:
    return _found(_CONFIDENCE, text, language)


def hedges(text: str, language: str) -> tuple[str, ...]:
    """Hedging words of our own: none inside quotation marks, and "May" is a month."""
    pattern = _HEDGES.get(_base(language))
    return tuple(re.findall(pattern, _QUOTED.sub(" ", _plain(text)))) if pattern else ()


def crimes(text: str, language: str) -> tuple[str, ...]:
    """Names of crimes in our own words."""
    pattern = _CRIMES.get(_base(language))
    return tuple(m.group() for m in re.finditer(pattern, _QUOTED.sub(" ", text), re.IGNORECASE)) if pattern else ()


def is_attributed(text: str, language: str) -> bool:
    """Whether the sentence says who says so."""
    return _found(_ATTRIBUTION, text, language)


def _found(patterns: dict[str, str], text: str, language: str) -> bool:
    pattern = patterns.get(_base(language))
    return bool(pattern and re.search(pattern, _plain(text), re.IGNORECASE))


def _base(language: str) -> str:
    return language.split("-")[0].lower()


def _plain(text: str) -> str:
    return _ARABIC_MARKS.sub("", text).replace("’", "'")


@lru_cache
def _likelihood(base: str) -> re.Pattern[str] | None:
    terms = sorted(LIKELIHOOD.get(base, ()), key=len, reverse=True)
    if not terms:
        return None
    words = "|".join(re.escape(term) for term in terms)
    prefix = "(?:ال)?" if base == "ar" else ""
    return re.compile(rf"(?<!\w){prefix}(?P<term>{words}){_INFLECTED[base]}(?!\w)", re.IGNORECASE)
