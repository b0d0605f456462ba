"""What stands beside a name, and the words there that tell a place from a person, a paper, a street. Plain Python.

Mostly English, the language of which most is read; other languages bring their prepositions. General knowledge, no data.
"""

from __future__ import annotations

import re


def words(text: str) -> frozenset[str]:
    """The words of a list written as one string."""
    return frozenset(text.split())


TITLES = words(
    "mr mrs ms miss mme mlle dr sen rep gov president judge justice capt captain lt lieutenant sgt sergeant officer det "
    "detective coach prof professor sir lord lady dame rev reverend pastor father sister brother minister chancellor gen "
    "colonel col maj cpl pvt chief deputy councilman councilwoman councillor councilor senator representative congressman "
    "congresswoman governor commissioner attorney secretary director chairman chairwoman king queen prince princess pope "
    "saint sheikh imam ayatollah uncle aunt"
)
#: Titles that also stand before the name of a place ("Sheriff Orange County").
SOFT_TITLES = frozenset({"sheriff", "general", "major"})
MEDIA = words(
    "times post tribune herald journal gazette news daily star globe observer guardian telegraph chronicle press bulletin "
    "dispatch examiner inquirer sentinel courier register mirror magazine today weekly review"
)
STREETS = words(
    "street st avenue ave road rd lane ln drive dr boulevard blvd court ct highway hwy terrace crescent way pl"
)
DESIGNATIONS = words(
    "city county parish township town village province state region district governorate airport police university hospital "
    "school council metropolitan department municipality island islands peninsula area oblast prefecture camp port"
)
#: What only a town has; of a country one says "Lebanese woman".
TOWN_WORDS = words(
    "police Police city City council Council mayor Mayor township Township selectmen Selectmen schools Schools woman man teen "
    "couple resident residents native motorcyclist family County Parks Community Public"
)
_SCHOOLS = frozenset({"elementary", "middle", "high"})
_MUNICIPAL = words("city town village province state county port capital governorate municipality")
_DIVISIONS = _MUNICIPAL | {"district", "region", "department"}
_LOCATIVES = words(
    "in near from at around outside toward towards to between à en dans vers w в nach في إلى شمال جنوب شرق غرب وسط"
)
_COMPASS = words(
    "downtown uptown suburban greater central north south east west northern southern eastern western northeast northwest "
    "southeast southwest northeastern northwestern southeastern southwestern"
)
#: Words with a capital that may stand before a place without being part of its name.
FREE_BEFORE = _COMPASS | words(
    "old new upper lower inner outer the in at from to near of and for with by on a an former monday tuesday wednesday "
    "thursday friday saturday sunday january february march april may june july august september october november december "
    "metro metropolitan both while when after before as that this but since where if"
)
PARTICLES = words(
    "al el as ad ar an ash az at ath adh de da del di la las los van von bin ibn ben ould abu umm bani dar ain"
)
_ADDRESSES = words("St. Ave. Rd. Dr. Blvd. St Ave Rd Dr Blvd Street Avenue Road Drive Lane")
_PARTIES = frozenset({"R", "D", "DFL"})
LANGUAGES = words("english french spanish portuguese german italian russian chinese japanese greek dutch turkish")
_STUDIES = words(
    "in speak speaks spoke spoken speaking learn learns learned learnt learning taught teach teaches teaching study studies "
    "studied into fluent only"
)
_LESSONS = words(
    "language languages speaker speakers speaking class classes lesson lessons teacher teachers literature grammar version "
    "translation learner learners student students and or"
)

_AFTER = re.compile(r"([ -])([^\W\d_]{1,40})(?:['’]s)?(?: ([^\W\d_]{1,40}))?")
_TIED_AFTER = re.compile(
    r"(-)(?!(?:based|born|area|led|backed|bound|style|wide|trained|controlled|held|occupied|run|made|owned|related|sized|"
    r"and|[A-Z]))[^\W\d_]|(['’])(?!s\b)[^\W\d_]"
)
_BROKEN_AFTER = re.compile(r"- (?!(?:and|or)\b)[a-z]")
_PREFIXES = words("pro anti non mid post pre trans dell nell dall sull all qu greater north south east west central")
_CAPITALS_AFTER = re.compile(r", [A-Z]|:|,? ?(?:--|[—–]|- )| \([A-Z]")
_DATELINE_AFTER = re.compile(r" ?(?:--|[—–]|- | \([A-Z]{2})")
_SAINTS_AFTER = re.compile(
    r"(?:['’]s?)?(?: [A-Z]\w+)? (?:Hospital|Church|Cathedral|School|University|College|Parish|Academy|Abbey|Chapel|Basilica|"
    r"Medical|Catholic|Lutheran|Coptic|Orthodox)\b|['’]s\b"
)
_SPEAKS_AFTER = re.compile(
    r",? (?:said|says|told|added|asked|recalled|wrote|explained|who|whose|and (?:his|her))\b|, \d\d?,|, [Jj]r"
)
_GLUES = frozenset(" -")
_TIES = frozenset("-'’$")
_SENTENCE_ENDS = frozenset(".!?:;\"“”‘'([•*>|")
_BEFORE = 32


class Around:
    """The words on both sides of ``kept[start:end]``."""

    __slots__ = ("_tail", "end", "glue", "glue_after", "kept", "last", "last_but_one", "next", "next_but_one", "start")

    def __init__(self, kept: str, start: int, end: int) -> None:
        self.kept, self.start, self.end = kept, start, end
        self._tail = tail = kept[max(0, start - _BEFORE) : start]
        #: What parts the name from the word before it, where that is one space or hyphen; else empty.
        self.glue = tail[-1:] if tail[-1:] in _GLUES else ""
        self.last = self.last_but_one = ""
        if self.glue:
            words = tail[:-1].rsplit(None, 2)
            if words:
                last = words[-1].rsplit("-", 1)[-1].lstrip("\"“”‘'([")
                if last and last[0].isalpha() and (last[-1].isalnum() or last[-1] in ".'’") and tail[-2] not in " \n":
                    self.last = last
                    self.last_but_one = words[-2] if len(words) > 1 else ""
        self.glue_after = self.next = self.next_but_one = ""
        if kept[end : end + 1] in _GLUES and (after := _AFTER.match(kept, end)):
            self.glue_after, self.next, self.next_but_one = after.groups("")

    @property
    def begins_sentence(self) -> bool:
        """Whether a sentence, a line or a quotation begins here, as far as one can see."""
        return _is_end_of_sentence(self._tail)

    @property
    def last_begins_sentence(self) -> bool:
        """The same of the word before."""
        return _is_end_of_sentence(self._tail[:-1].removesuffix(self.last))

    @property
    def is_in_place(self) -> bool:
        """Whether the word before says that a place follows: "in", "downtown", "province of"."""
        last = self.last.lower()
        if last == "the":
            return self.last_but_one.lower() in _LOCATIVES
        if last == "of":
            return self.last_but_one.lower() in _DIVISIONS
        return last in _LOCATIVES or last in _COMPASS

    @property
    def is_of_town(self) -> bool:
        """ "The city of …"."""
        return self.last == "of" and self.last_but_one.lower() in _MUNICIPAL

    @property
    def is_designated(self) -> bool:
        """Whether the words beside say that this is a place."""
        following = self.next.lower() in DESIGNATIONS or (
            self.next[:1].isupper() and self.next_but_one.lower() in DESIGNATIONS
        )
        return (following and self.glue_after == " ") or self.is_in_place

    @property
    def has_town_word(self) -> bool:
        """Whether what follows is something that a town has, or an address goes before."""
        if self.glue_after == " " and self.next:
            if self.next in TOWN_WORDS:
                return True
            if self.next.lower() in _SCHOOLS and self.next_but_one.lower().startswith("school"):
                return True
        if self._tail.endswith(", "):
            return self._tail[:-2].rsplit(None, 1)[-1:] != [] and self._tail[:-2].rsplit(None, 1)[-1] in _ADDRESSES
        return self.glue == "-" and self.last in _PARTIES

    @property
    def is_street(self) -> bool:
        return self.glue_after == " " and self.next.lower() in STREETS

    @property
    def is_paper(self) -> bool:
        is_second = self.next[:1].isupper() and self.next_but_one.lower() in MEDIA
        return self.glue_after == " " and (self.next.lower() in MEDIA or is_second)

    @property
    def is_language(self) -> bool:
        """Whether the name of a people is that of its language here: "speaks French", "French lessons"."""
        if self.next.lower() in _LESSONS:
            return self.next.lower() not in {"and", "or"} or self.last.lower() in _STUDIES
        return not self.next and self.last.lower() in _STUDIES

    @property
    def is_tied(self) -> bool:
        """Whether a hyphen, an apostrophe or a currency's sign touches the name."""
        return self.kept[self.end : self.end + 1] in _TIES or self._tail[-1:] in _TIES

    @property
    def is_part_of_longer(self) -> bool:
        """Whether a hyphen or an apostrophe ties the name to other words: Nahr-e-Saraj, Marawi'ah; not Paris-based, l'Oman."""
        if self.kept[self.end : self.end + 1] in "-'’" and _TIED_AFTER.match(self.kept, self.end):
            return True
        tail = self._tail
        if tail[-1:] not in {"-", "'", "’"} or not tail[-2:-1].isalpha():
            return False
        word = re.split(r"[^\w]", tail[:-1])[-1]
        return not (len(word) < 3 or word.lower() in _PREFIXES or word in _PARTIES)

    @property
    def is_broken(self) -> bool:
        """Whether the words are the beginning of a word that a line's end broke, or the letters of a currency."""
        following = self.kept[self.end : self.end + 1]
        return following == "$" or (following == "-" and _BROKEN_AFTER.match(self.kept, self.end) is not None)

    @property
    def is_unlike_a_place(self) -> bool:
        """Whether the words are an abbreviation (SARI, NASH) or a saint's house (St. Paul's Hospital)."""
        if self.kept[self.start] != "S" and not self.kept[self.start + 1].isupper():
            return False
        name = self.kept[self.start : self.end]
        if name.isupper() and " " not in name and "." not in name and len(name) < 7:
            return not (_CAPITALS_AFTER.match(self.kept, self.end) or self.is_among_capitals)
        return name.startswith(("St. ", "Saint ", "St ")) and _SAINTS_AFTER.match(self.kept, self.end) is not None

    @property
    def is_among_capitals(self) -> bool:
        """Whether most letters around are capitals, so that capitals say nothing here."""
        around = [char for char in self._tail + self.kept[self.end : self.end + _BEFORE] if char.isalpha()]
        return 2 * sum(map(str.isupper, around)) >= len(around) > 0

    @property
    def is_dateline(self) -> bool:
        return (
            self.kept[self.end - 1].isupper()
            and self.kept[self.start : self.end].isupper()
            and _DATELINE_AFTER.match(self.kept, self.end) is not None
        )

    @property
    def speaks(self) -> bool:
        """Whether what follows is said of a person."""
        return _SPEAKS_AFTER.match(self.kept, self.end) is not None

    @property
    def follows_longer_name(self) -> bool:
        """Whether a particle ties the name to another before it: "Andre De Grasse", "Dar'a Al Balad"."""
        if self.last.lower() not in PARTICLES:
            return False
        return self.last[0].isupper() or self.last_but_one[:1].isupper()


def _is_end_of_sentence(before: str) -> bool:
    bare = before.rstrip()
    return not bare or bare[-1] in _SENTENCE_ENDS or "\n" in before[len(bare) :]
