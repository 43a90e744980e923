"""From what a catalogue says to what a taxonomy knows: which skills each credential teaches.

Declared outcomes come first: by URI, else by label, else by the skills that a long outcome names. Where they
give nothing, skills are inferred: named in the title, named in the description, or near to both in meaning.
A title that names a skill adds it to declared ones too. A link's `strength` is the level times the weight of
the outcome, or set by where it was found; that a credential with thirty outcomes teaches each of them less is
known to the index, which has the hours.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from credpath.domain.catalogue import Credential, LearningOutcome, SkillLink
from credpath.recommender.encoding import Encoder, FloatArray
from credpath.recommender.mentions import KnownWords, find_mentions, is_meant
from credpath.recommender.skill_guard import is_another_act
from credpath.recommender.skill_index import SkillIndex, SkillMatch
from credpath.recommender.skill_words import words

TEXT_OUTCOMES, TEXT_DESCRIPTION = 200, 300  # characters of a credential's text taken from each
LONG_OUTCOME = 5  # words from which an outcome is searched for skills that it names
MOST_INFERRED, MOST_NEAR = 8, 3
BLOCK = 128
# Confidence of a named skill, times the confidence that its words mean it; NEAR is the least of its kind.
IN_OUTCOME, IN_TITLE, IN_DESCRIPTION, NEAR = 0.75, 0.75, 0.55, 0.5
TITLE_STRENGTH, DESCRIPTION_STRENGTH, NEAR_STRENGTH = 0.8, 0.5, 0.6
# Least cosines: of a named skill to the text that names it, which "department of nuclear energy" does not reach;
# of a skill that nothing names to title and text each, to both on average, and to a title without a description.
NAMED, NEAR_TO_EACH, NEAR_TO_BOTH, NEAR_TO_TITLE = 0.3, 0.5, 0.62, 0.68


def link_catalogue(
    credentials: Sequence[Credential],
    skills: SkillIndex,
    encoder: Encoder,
    progress: Callable[[int], None] = lambda _: None,
) -> dict[str, tuple[SkillLink, ...]]:
    """credential_id -> its links, one a skill, strongest first. `progress` is told how many are done.

    Every distinct label and mention is encoded once. The order of `credentials` has no effect.
    """
    ordered = sorted(credentials, key=lambda c: c.credential_id)
    reader = _Reader(skills, encoder, ordered)
    declared = [reader.declared(c) for c in ordered]
    without = [row for row, links in enumerate(declared) if not links]
    titled = [row for row, c in enumerate(ordered) if not declared[row] or reader.names_more(c.title, declared[row])]
    titles = dict(zip(titled, encoder.encode([ordered[row].title for row in titled]), strict=True))
    near = _near([(ordered[row], titles[row]) for row in without], skills, encoder)
    linked = {}
    for row, (credential, links) in enumerate(zip(ordered, declared, strict=True)):
        inferred = reader.in_title(credential, titles[row]) if row in titles else []
        if not links:
            nearby = next(near)
            inferred += [*reader.in_description(credential, nearby.vector), *nearby.links]
        linked[credential.credential_id] = _strongest([*links, *inferred], len(links) + MOST_INFERRED)
        progress(row + 1)
    return linked


def credential_text(credential: Credential) -> str:
    """What is encoded for a credential: title, first outcomes, and how its description begins."""
    outcomes = ", ".join(o.label for o in credential.outcomes if o.label)[:TEXT_OUTCOMES]
    description = " ".join(credential.description[: 2 * TEXT_DESCRIPTION].split())[:TEXT_DESCRIPTION]
    return ". ".join(part for part in (credential.title, outcomes, description) if part)


def text_digest(text: str) -> str:
    """Key of a cached vector: the first half of the SHA-256 in hex."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]


class _Reader:
    """Resolves each distinct label and each distinct run of words of a batch once."""

    def __init__(self, skills: SkillIndex, encoder: Encoder, credentials: Sequence[Credential]) -> None:
        outcomes = (outcome for c in credentials for outcome in c.outcomes)
        labels = sorted({o.label for o in outcomes if o.label and o.skill_uri not in skills.position})
        self._skills = skills
        self._labels = dict(zip(labels, skills.resolve_all(labels, encoder), strict=True))
        self._known = KnownWords(skills.lookup)
        self._runs: dict[str, SkillMatch | None] = {}

    def declared(self, credential: Credential) -> list[SkillLink]:
        return [link for outcome in credential.outcomes for link in self._of_outcome(outcome)]

    def _of_outcome(self, outcome: LearningOutcome) -> Iterable[SkillLink]:
        strength = outcome.level * outcome.weight
        match = self._skills.by_uri(outcome.skill_uri) or self._labels.get(outcome.label)
        if match:
            words_given = outcome.label or match.label
            yield SkillLink(match.skill_uri, words_given, strength, match.confidence, True, match.method)
        elif _is_long(outcome.label):
            for match in self._named(outcome.label):
                sure = IN_OUTCOME * match.confidence
                yield SkillLink(match.skill_uri, outcome.label, strength, sure, True, "label")

    def names_more(self, title: str, links: Iterable[SkillLink]) -> bool:
        """Whether a title names a skill that is not linked yet."""
        return not {match.skill_uri for match in self._named(title)} <= {link.skill_uri for link in links}

    def in_title(self, credential: Credential, title: FloatArray) -> list[SkillLink]:
        """Skills that the title names; `title` is its vector."""
        return self._in_text(credential.title, title, TITLE_STRENGTH, IN_TITLE)

    def in_description(self, credential: Credential, whole: FloatArray) -> list[SkillLink]:
        """Skills that the description names; `whole` is the vector of `credential_text`."""
        return self._in_text(credential.description, whole, DESCRIPTION_STRENGTH, IN_DESCRIPTION)

    def _in_text(self, text: str, vector: FloatArray, strength: float, confidence: float) -> list[SkillLink]:
        return [
            SkillLink(match.skill_uri, text[:200], strength, confidence * match.confidence, False, "label")
            for match in self._named(text)
            if float(self._skills.vectors[self._skills.position[match.skill_uri]] @ vector) >= NAMED
        ]

    def _named(self, text: str) -> Iterator[SkillMatch]:
        for mention in find_mentions(text, self._known):
            if mention.text not in self._runs:
                self._runs[mention.text] = self._skills.resolve(mention.text, None)
            match = self._runs[mention.text]
            if match and is_meant(mention, match.label):
                yield match


def _is_long(label: str) -> bool:
    return len(words(label)) >= LONG_OUTCOME


@dataclass(frozen=True, slots=True)
class _Near:
    """The vector of a credential's whole text, and links to the skills near to both its title and that text."""

    vector: FloatArray
    links: list[SkillLink]


def _near(
    credentials: Sequence[tuple[Credential, FloatArray]], skills: SkillIndex, encoder: Encoder
) -> Iterator[_Near]:
    """For each (credential, vector of its title), in order."""
    wholes = encoder.encode([credential_text(c) for c, _ in credentials])
    for start in range(0, len(credentials), BLOCK):
        block = credentials[start : start + BLOCK]
        by_title = np.stack([title for _, title in block]) @ skills.vectors.T
        by_whole = wholes[start : start + BLOCK] @ skills.vectors.T
        for place, (credential, _) in enumerate(block):
            yield _Near(wholes[start + place], _near_to(credential, skills, by_title[place], by_whole[place]))


def _near_to(credential: Credential, skills: SkillIndex, by_title: FloatArray, by_whole: FloatArray) -> list[SkillLink]:
    both = np.where(np.minimum(by_title, by_whole) >= NEAR_TO_EACH, (by_title + by_whole) / 2, 0.0)
    least = NEAR_TO_BOTH if credential.description else NEAR_TO_TITLE
    rows = sorted(np.flatnonzero(both >= least).tolist(), key=lambda row: (-both[row], row))
    text = f"{credential.title}\n{credential.description}"
    allowed = [row for row in rows if not is_another_act(text, skills.labels[row])][:MOST_NEAR]
    return [
        SkillLink(
            skills.uris[row],
            credential.title[:200],
            NEAR_STRENGTH,
            round(NEAR + float(both[row] - least) / 2, 4),
            False,
            "embedding",
        )
        for row in allowed
    ]


def _strongest(links: Iterable[SkillLink], most: int) -> tuple[SkillLink, ...]:
    """One link a skill, the one with the highest strength times confidence, declared before inferred."""
    best: dict[str, SkillLink] = {}
    for link in sorted(links, key=_rank):
        best.setdefault(link.skill_uri, link)
    return tuple(best.values())[:most]


def _rank(link: SkillLink) -> tuple[bool, float, str, str]:
    return (not link.declared, -link.strength * link.confidence, link.skill_uri, link.label)
