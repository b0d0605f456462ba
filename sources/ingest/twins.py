"""Which of two near languages a text is in, by words and spellings that only one of them has. Pure.

For Kirundi and Kinyarwanda, and for Nigerian Pidgin and English, letters alone say little: most words are shared. What
parts them is in any grammar: Kirundi writes c, vy and sh where Kinyarwanda has cy, by and shy, keeps -mwo, builds its
future with -zo-, and has other words for week, day, people, money, minister; Pidgin has its own auxiliaries, pronouns and
spellings, and none of the English forms of be and have.
"""

from __future__ import annotations

import re

#: How much one word speaks for its language (natural logarithm of the odds), and how many words are listened to.
_WEIGHT = 2.0
_MOST = 8

_ONLY = {
    "rn": r"""
        c[ao] | [ai]c[ao] | c(?=') | canke | cane | \w*icaha | \w*vy\w* | [mk]w(?=') | kwum\w+ | \w{2,}mwo | \w{1,4}shasha
        | \w+riko | (?:ku|ha|ba|a|ya|za|tu|n)ja | \w{0,5}zo(?:ku|kw|gu|ba|ha|ta|gi|shi|sub|ser|va)\w+
        | u?musi | imisi | indwi | reta | prezida | jewe | nyene | inyuma | amahera | amagara | (?:umu|aba)nyagihugu
        | (?:mpuz)?amakungu | \w{0,4}sagara | umuduga | imiduga | sentare | ubutungane | \w*sod[aw] | \w*kenyezi | \w*igeme
        | \w*gambwe | ingorane | \w*shure | i?miriyoni | i?miriyaridi | indwano | icegera | urucanco | umugera | imigera
        | agateka | ibarabara | imfashanyo | \w*shingamateka | nkenerwa
        | \w*(?:tangu[rzy]|bandan|shikir|shikan|ronde[rj]|ronk|gushik|shits|gwara|gwayi|gwan[aiy]|heze|agiriz|ipfu[jz]
        |higan|seruk|sigur|tahur)\w*""",
    "rw": r"""
        \w*cy\w* | \w*by[aeiou]\w* | by(?=') | \w*jy\w* | \w*shy\w* | \w+(?:ri|zi|ga|ye|je|tse|re)mo
        | u?munsi | iminsi | icyumweru | leta | perezida | njye | nta | nyuma | buri | ndetse | hanyuma | amafaranga
        | (?:umu|aba)turage | (?:mpuz)?amahanga | umujyi | imijyi | imodoka | urukiko | ubutabera | \w*sirikare | guverinoma
        | minisit[ei]ri | ishyaka | \w*shuri | mili[yj]\w+ | akarere | uturere | urukingo | virusi | inkunga | ama?rushanwa
        | irushanwa | ikipe | amakipe | (?:umu|aba)depite | \w*rwayi
        | \w*(?:tangir|tangi[zj]|tanga[zj]|kome[zj]|yobo[zr]|yoboye|ifu[zj]|shinjw|ganir|sobanur|rwara|shinzwe)\w*""",
    "pcm": r"""
        dey | don | wey | wetin | dem | dema | dia | una | im | sey | na | di | abi | abeg | oga | ogas | pikin | pikins | pipo
        | pesin | pesins | tori | tok | kontri | kontris | goment | govment | moni | sabi | wan | dis | dat | neva | evri
        | everi(?:bodi|tin) | enta | oda | anoda | togeda | gada | waka | wahala | palava | commot | comot | komot | chop
        | gist | gree | yawa | no\ (?:be|dey|fit|get|go|gree|know|wan) | go\ (?:be|dey|fit|get|make|start|take)
        | e\ (?:be|dey|don|get|go|no) | gbege | kasala | katakata | broda | sista | ova | afta | bifor | bicos | becos
        | wen | wia | wit | tin[gk]s? | beta | betta | bodi | so[mn]e?tin
        | notin | kain | mata | siddon | sotey | belle | naija | oyinbo | yarn
        | ontop | fit | ogbonge""",
    "en": r"""
        is | are | was | were | has | had | been | being | am | isn't | wasn't | his | her | their | they | she | it's | its
        | this | that | these | those | there | which | whose | the | says | will | would | should | could | does | did
        | didn't | \w+'s | (?!united)\w{4,}ed""",
}
#: An apostrophe parts two words of Kirundi ("w'umugambwe") and joins one of English ("don't").
_END = {"rn": r"(?!\w)", "rw": r"(?!\w)", "pcm": r"(?![\w'])", "en": r"(?![\w'])"}
_PATTERNS = {tag: re.compile(rf"(?<!\w)(?:{words}){_END[tag]}", re.VERBOSE) for tag, words in _ONLY.items()}


def lean(text: str, one: str, other: str) -> float:
    """How far words lean to one of two languages: the natural logarithm of the odds, above 0 for the first.

    ``text`` is in small letters, as ``declaration.fold`` gives it. Raises KeyError for a language without words here.
    """
    first, second = (min(len(_PATTERNS[tag].findall(text)), 2 * _MOST) for tag in (one, other))
    return max(-_MOST, min(_MOST, first - second)) * _WEIGHT
