"""Who did it, by kind, and to which group, as the source names it. Pure.

Naming soldiers is no accusation: a kind of perpetrator is suggested only where the sentence makes it the one who acts
(before an active word of violence, after "by", or after "blamed on"), a group only where it is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from countries.tagging.coding.assertion import Context
from countries.tagging.coding.lexicon import Hit, Lexicon
from countries.tagging.coding.sentences import Sentence
from countries.tagging.coding.values import Coded, Passage, Scheme

_NEAR = 8  # words between an actor and what it does
MAX_WORDS = 120


def perpetrators(lexicon: Lexicon, sentence: Sentence, hits: Sequence[Hit], context: Context) -> Iterator[Coded]:
    """Kinds of perpetrator of one sentence."""
    acts = [hit for hit in hits if hit.cue.table == "act"]
    if not acts:
        return
    actors = _outermost([hit for hit in hits if hit.cue.table == "perpetrator"])
    for actor in actors:
        act = next((act for act in acts if _does(lexicon, sentence.folded, actor, act, actors)), None)
        if act is None or _is_object(sentence.folded, actor, acts, act):
            continue
        assertion = context.of(act.start, act.end)
        yield Coded(
            scheme=Scheme.PERPETRATOR,
            code=actor.cue.code,
            score=actor.cue.weight,
            passages=(Passage(sentence.start, sentence.end, sentence.exact, assertion),),
        )


def targets(lexicon: Lexicon, sentence: Sentence, hits: Sequence[Hit], context: Context) -> Iterator[Coded]:
    """Groups that one sentence names as those to whom violence was done."""
    acts = [hit for hit in hits if hit.cue.table in {"act", "harm"}]
    if not acts:
        return
    groups = _outermost([hit for hit in hits if hit.cue.table == "target"])
    named = [*groups, *(hit for hit in hits if hit.cue.table == "perpetrator")]
    for group in groups:
        near = [act for act in acts if _words_between(sentence.folded, group, act) <= _NEAR and not group.overlaps(act)]
        if (
            _speaks(lexicon, sentence.folded, group)
            or not near
            or any(_does(lexicon, sentence.folded, group, act, named) for act in near)
        ):
            continue
        words = sentence.within(group.start, group.end).strip()
        if len(words) <= MAX_WORDS:
            assertion = context.of(near[0].start, near[0].end)
            yield Coded(
                scheme=Scheme.TARGET,
                code=group.cue.code,
                score=group.cue.weight,
                passages=(Passage(sentence.start, sentence.end, sentence.exact, assertion),),
                words=words,
            )


def _does(lexicon: Lexicon, folded: str, actor: Hit, act: Hit, others: Sequence[Hit]) -> bool:
    """Whether the actor is the one who acts."""
    code = act.cue.code
    if act.end <= actor.start:
        between = folded[act.end : actor.start]
        if code == "blame":
            return len(between.split()) <= _NEAR and not _someone_between(act, actor, others)
        if lexicon.words["by"].search(between[-30:]) and len(between.split()) <= 2 * _NEAR:
            tail = between[max(match.end() for match in lexicon.words["by"].finditer(between)) :]
            return len(tail.split()) <= 4
        return code == "verb_first" and len(between.split()) <= 2 and not _someone_between(act, actor, others)
    if actor.end <= act.start and code in {"active", "noun"}:
        between = folded[actor.end : act.start]
        if _is_noun(lexicon, folded, act):
            return False
        if re.search(r"[;:!?]|\.\s", between) or _someone_between(actor, act, others):
            return False
        if lexicon.words["passive"].search(between) or lexicon.words["by"].search(between):
            return False
        return code != "noun" and len(between.split()) <= _NEAR
    return False


def _is_noun(lexicon: Lexicon, folded: str, act: Hit) -> bool:
    """Whether a word that may be a verb is none here: "in an ambush"."""
    before = folded[max(0, act.start - 20) : act.start]
    return any(not before[match.end() :].strip(" '") for match in lexicon.words["not_a_verb"].finditer(before))


def _speaks(lexicon: Lexicon, folded: str, group: Hit) -> bool:
    """Whether the sentence quotes the group: "residents said", "selon les habitants"."""
    before, after = folded[max(0, group.start - 30) : group.start], folded[group.end : group.end + 30]
    following = [match.start() for match in lexicon.words["said"].finditer(after)]
    leading = [match.end() for name in ("said", "according_to") for match in lexicon.words[name].finditer(before)]
    return any(len(after[:start].split()) <= 1 for start in following) or any(
        len(before[end:].split()) <= 2 for end in leading
    )


def _is_object(folded: str, actor: Hit, acts: Sequence[Hit], act: Hit) -> bool:
    """Whether what stands before the actor does something to it: "killed three soldiers and burned ..."."""
    return act.start >= actor.end and any(
        other.cue.code == "active" and other.end <= actor.start and len(folded[other.end : actor.start].split()) <= 3
        for other in acts
    )


def _someone_between(first: Hit, second: Hit, others: Sequence[Hit]) -> bool:
    return any(first.end <= other.start and other.end <= second.start for other in others)


def _words_between(folded: str, one: Hit, other: Hit) -> int:
    first, last = (one.end, other.start) if one.end <= other.start else (other.end, one.start)
    return len(folded[first:last].split())


def _outermost(hits: Sequence[Hit]) -> list[Hit]:
    """Of hits that overlap the longest: "armed forces of Chad" is not "armed forces"."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda each: (each.start - each.end, each.start)):
        if not any(hit.overlaps(other) for other in kept):
            kept.append(hit)
    return sorted(kept, key=lambda each: each.start)
