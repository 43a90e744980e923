"""From what a catalogue says to what a taxonomy knows: which skills each credential teaches.

Declared outcomes come first: by URI, else by label, else by the skills that a long outcome names. Where they
give nothing, skills are inferred: named in the title, named in the description, or near to both in meaning.
A title that names a skill adds it to declared ones too. A link's `strength` is the level times the weight of
the outcome, or set by where it was found; that a credential with thirty outcomes teaches each of them less is
known to the index, which has the hours.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

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
    reader = _Reader.over(ordered, skills, encoder)
    declared = [reader.declared(c) for c in ordered]
    titles = encoder.encode([c.title for c in ordered])
    without = [row for row, links in enumerate(declared) if not links]
    wholes = dict(zip(without, encoder.encode([credential_text(ordered[row]) for row in without]), strict=True))
    linked = {}
    for row, (credential, links) in enumerate(zip(ordered, declared, strict=True)):
        found = [*links, *reader.inferred(credential, titles[row], wholes.get(row))]
        linked[credential.credential_id] = _strongest(found, len(links) + MOST_INFERRED)
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


@dataclass(frozen=True, slots=True)
class _Reader:
    """All labels and mentions of a batch, resolved once."""

    skills: SkillIndex
    labels: dict[str, SkillMatch | None]
    known: KnownWords
    mentioned: dict[str, SkillMatch | None]

    @staticmethod
    def over(credentials: Sequence[Credential], skills: SkillIndex, encoder: Encoder) -> _Reader:
        known = KnownWords(skills.lookup)
        labels = sorted({o.label for c in credentials for o in c.outcomes if o.label})
        texts = chain((_title_and_description(c) for c in credentials), (label for label in labels if _is_long(label)))
        runs = sorted({m.text for text in texts for m in find_mentions(text, known)})
        return _Reader(
            skills,
            dict(zip(labels, skills.resolve_all(labels, encoder), strict=True)),
            known,
            dict(zip(runs, skills.resolve_all(runs, None), strict=True)),
        )

    def declared(self, credential: Credential) -> list[SkillLink]:
        return [link for outcome in credential.outcomes for link in self._of_outcome(outcome)]

    def _of_outcome(self, outcome: LearningOutcome) -> Iterable[SkillLink]:
        strength = outcome.level * outcome.weight
        match = self.skills.by_uri(outcome.skill_uri) or self.labels.get(outcome.label)
        if match:
            words_given = outcome.label or match.label
            yield SkillLink(match.skill_uri, words_given, strength, match.confidence, True, match.method)
        elif _is_long(outcome.label):
            for match in self._named(outcome.label):
                sure = IN_OUTCOME * match.confidence
                yield SkillLink(match.skill_uri, outcome.label, strength, sure, True, "label")

    def inferred(self, credential: Credential, title: FloatArray, whole: FloatArray | None) -> list[SkillLink]:
        """Skills that the title names; with a vector of the whole text also those named later or merely near."""
        found = self._in_text(credential.title, title, TITLE_STRENGTH, IN_TITLE)
        if whole is not None:
            found += self._in_text(credential.description, whole, DESCRIPTION_STRENGTH, IN_DESCRIPTION)
            found += _near_to(credential, self.skills, title, whole)
        return found

    def _in_text(self, text: str, vector: FloatArray, strength: float, confidence: float) -> list[SkillLink]:
        return [
            SkillLink(match.skill_uri, text[:200], strength, confidence * match.confidence, False, "label")
            for match in self._named(text)
            if float(self.skills.vectors[self.skills.position[match.skill_uri]] @ vector) >= NAMED
        ]

    def _named(self, text: str) -> Iterable[SkillMatch]:
        for mention in find_mentions(text, self.known):
            match = self.mentioned.get(mention.text)
            if match and is_meant(mention, match.label):
                yield match


def _title_and_description(credential: Credential) -> str:
    return f"{credential.title}\n{credential.description}"


def _is_long(label: str) -> bool:
    return len(words(label)) >= LONG_OUTCOME


def _near_to(credential: Credential, skills: SkillIndex, title: FloatArray, whole: FloatArray) -> list[SkillLink]:
    by_title, by_whole = skills.vectors @ title, skills.vectors @ whole
    both = np.where(np.minimum(by_title, by_whole) >= NEAR_TO_EACH, (by_title + by_whole) / 2, 0.0)
    least = NEAR_TO_BOTH if credential.description else NEAR_TO_TITLE
    rows = sorted(np.flatnonzero(both >= least).tolist(), key=lambda row: (-both[row], row))
    text = _title_and_description(credential)
    allowed = [row for row in rows if not is_another_act(text, skills.labels[row])][:MOST_NEAR]
    return [
        SkillLink(
            skills.uris[row],
            credential.title[:200],
            NEAR_STRENGTH,
            NEAR + float(both[row] - least) / 2,
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
