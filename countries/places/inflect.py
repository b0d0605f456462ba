"""The forms that a name takes in a sentence, by language. Plain Python.

General rules of declension and suffixing, not a dictionary: each yields the forms of nearly all names of countries and
places of its language, and now and then one that nobody writes, which does no harm. Prefixes of Arabic, Hebrew and
Ethiopic script are not forms: ``boundaries`` takes them off where a name is found.
"""

from __future__ import annotations

from collections.abc import Iterator

_ADJECTIVE = {
    "ru": ("ий", "ая", "ое", "ие", "ого", "ому", "им", "ом", "ой", "ую", "их", "ими"),
    "uk": ("ий", "а", "е", "і", "ого", "ому", "им", "ій", "у", "их", "ими", "ою", "ої"),
}
# Ending of the name -> endings that take its place. The longest that fits is used; "" fits any other.
_DECLENSION: dict[str, dict[str, tuple[str, ...]]] = {
    "ru": {
        "ия": ("ии", "ию", "ией"),
        "а": ("ы", "и", "е", "у", "ой"),
        "я": ("и", "е", "ю", "ей"),
        "ь": ("и", "я", "ю", "ем", "е"),
        "й": ("я", "ю", "ем", "е"),
        "": ("а", "у", "ом", "е"),
        **dict.fromkeys(("о", "е", "и", "у", "э", "ы"), ()),
    },
    "uk": {
        "ів": ("ова", "ові", "овом"),
        "ія": ("ії", "ію", "ією"),
        "а": ("и", "і", "у", "ою"),
        "я": ("і", "ю", "ею"),
        "ь": ("я", "ю", "ем", "і"),
        "": ("у", "а", "ом", "і"),
        **dict.fromkeys(("о", "е", "и", "у", "і"), ()),
    },
    "pl": {
        "ia": ("ii", "ię", "ią", "i"),
        "a": ("y", "i", "ie", "ę", "ą"),
        "": ("u", "ie", "em", "owi", "a"),
        **dict.fromkeys(("o", "e", "i", "u", "y"), ()),
    },
    "cs": {"e": ("i", "í"), "ie": ("ii", "ií"), "a": ("y", "u", "ě", "ou"), "": ("u", "em", "ě")},
    "sk": {"a": ("y", "u", "e", "ou"), "": ("u", "om", "e")},
    "hr": {"a": ("e", "i", "u", "om"), "": ("a", "u", "om")},
    "sr": {"а": ("е", "и", "у", "ом"), "": ("а", "у", "ом")},
    "bg": {"": ()},
    "lt": {"ija": ("ijos", "ijoje", "iją"), "as": ("o", "e", "ą"), "": ()},
    "lv": {"ija": ("ijas", "ijā", "iju"), "a": ("as", "ā", "u"), "": ()},
    "fi": {"": ("n", "ssa", "ssä", "sta", "stä", "in", "an", "en", "ta", "a", "lla")},
    "et": {"": ("s", "sse", "st", "le", "l", "i", "is", "ist")},
    "hu": {
        "a": ("ában", "ából", "ába", "ának", "át"),
        "": ("ban", "ben", "ból", "ből", "ba", "be", "nak", "nek", "on"),
    },
    "tr": {"": ("da", "de", "ta", "te", "dan", "den", "tan", "ten", "ya", "ye", "nın", "nin", "ın", "in", "un", "ün")},
    "az": {"": ("da", "də", "dan", "dən", "ya", "yə", "a", "ə", "nın", "nin", "ın", "in", "un", "ün")},
    "uz": {"": ("da", "dan", "ga", "ning", "ni")},
    "ku": {"": ("ê", "yê", "yê de", "an")},
    "so": {"": ("da", "ta", "ka", "ga")},
    "om": {"a": ("aa", "aan", "aatti", "aatii"), "": ("n", "tti", "f")},
    **{language: {"s": (), "": ("s",)} for language in ("de", "sv", "nb", "da", "nl")},
    "bn": {"": ("র", "ের", "ে", "তে", "য়", "কে")},
    "ka": {"ი": ("ში", "ის", "იდან", "მა"), "": ("ს", "ში", "დან")},
    "hy": {"": ("ի", "ում", "ից", "ն", "ը")},
    "el": {"α": ("ας",), "": ()},
    "am": {"": ("ን", "ና", "ም")},
    "ti": {"": ("ን", "ውን")},
}
_PLURALS = {"fr": ("e", "s", "es", "ne", "nes"), "es": ("es", "a", "as"), "pt": ("es", "a", "as")}


def forms(name: str, *, language: str, kind: str) -> Iterator[str]:
    """The name itself, then its other forms. ``language`` is a BCP 47 tag or empty, ``kind`` as of NameKind."""
    yield name
    base = language.split("-")[0]
    if kind == "people":
        yield from _people(name, base)
    if not (rules := _DECLENSION.get(base)) or len(name) < 3:
        return
    words = name.split(" ")
    if len(words) > 1 and base in {"ru", "uk"}:  # an adjective before the noun: "Южный Судан", "Северная Корея"
        yield from _with_adjective(words, base)
        return
    ending = max((each for each in rules if name.endswith(each)), key=len)
    stem = name[: len(name) - len(ending)]
    yield from (stem + each for each in rules[ending])


def _with_adjective(words: list[str], language: str) -> Iterator[str]:
    *adjectives, noun = words
    declined = list(forms(noun, language=language, kind="place"))[1:]
    for ending in ("ого", "ому", "им", "ом", "ой", "ую", "ої", "ій", "у", "ою"):
        changed = [
            word[:-2] + ending
            if word.endswith(("ый", "ий", "ая", "ое"))
            else word[:-1] + ending
            if word[-1:] == "а"
            else word
            for word in adjectives
        ]
        yield from (" ".join([*changed, form]) for form in (*declined, noun))


def _people(name: str, language: str) -> Iterator[str]:
    if language in _ADJECTIVE and name.endswith(("ск", "ськ")):
        yield from (name + ending for ending in _ADJECTIVE[language])
    elif language == "en":
        if not name.endswith(("ese", "ish", "ch", "s", "men", "man", "swiss")):
            yield name + "s"
    elif language == "fr":
        plain = name.removesuffix("x")
        yield from (plain + ending for ending in _PLURALS["fr"] if not plain.endswith("e") or ending == "s")
    elif language in {"es", "pt", "it"}:
        yield from _romance(name, language)
    elif language == "de":
        yield from (name + ending for ending in ("e", "en", "er", "es", "em") if name.endswith("isch"))
    elif language == "ar":
        yield from (name + ending for ending in ("ة", "ين", "ون", "ات", "ا"))


def _romance(name: str, language: str) -> Iterator[str]:
    if name.endswith("o"):
        stem = name[:-1]
        yield from (stem + "a", stem + ("i" if language == "it" else "os"), stem + ("e" if language == "it" else "as"))
    elif name.endswith(("és", "ês")):
        stem = name[:-2] + "es"
        yield from (stem + "a", stem + "es", stem + "as")
    elif name.endswith("ese") and language == "it":
        yield name[:-1] + "i"
    elif name.endswith(("e", "a", "í", "ú")):
        yield name + ("es" if name[-1] in "íú" else "s")
        yield name + "s"
