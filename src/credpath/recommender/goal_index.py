"""Career goals in words to ranked occupations with calibrated confidence, and on to weighted required skills."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, product
from pathlib import Path

import numpy as np

from credpath.domain.goals import CareerGoal, GoalAnswer, GoalMatch
from credpath.domain.skills import Taxonomy
from credpath.errors import NotFound
from credpath.recommender.csr import gather
from credpath.recommender.encoding import Encoder, FloatArray, normalise_text
from credpath.recommender.goal_arrays import unit_rows
from credpath.recommender.goal_features import Candidates, GoalQuery, candidates
from credpath.recommender.goal_lexicon import trigrams_of, words_of
from credpath.recommender.goal_readings import Ranked, Reading, blend
from credpath.recommender.goal_requirements import NEIGHBOURS, GoalRequirements, build_requirements
from credpath.recommender.goal_space import GoalSpace, build_space
from credpath.recommender.goal_spelling import Speller, is_slip
from credpath.recommender.goal_text import SHORT_FOR, GoalText, parse_goal
from credpath.recommender.goal_weights import GoalWeights, default_weights
from credpath.recommender.goal_words import Translator

# Added to the score of an occupation with exactly this label. For "CEO" and "clown" other labels speak by letters
# alone, so that one in a single word weighs more.
PREFERRED, ONE_WORD, OTHERWISE = 2.5, 1.85, 0.5
MOST_WAYS = 8  # spellings of a goal that are compared
ALIKE = 0.02  # of two readings nearly as near to a label, the translation is taken
LIKENESS = 0.5  # mean-vector cosine from which an occupation may stand in for one without requirements


@dataclass(frozen=True)
class GoalIndex:
    """One taxonomy's occupations, sorted by URI, ready to be asked; immutable and safe to share between threads."""

    uris: tuple[str, ...]
    space: GoalSpace
    speller: Speller
    requirements: GoalRequirements
    weights: GoalWeights

    @staticmethod
    def build(taxonomy: Taxonomy, encoder: Encoder, weights: GoalWeights | None = None) -> GoalIndex:
        """Encodes labels, descriptions and skills; without `weights`, ranks by the ones that come with the package."""
        chosen = weights or default_weights()
        space = build_space(taxonomy, encoder, chosen.view)
        uris = tuple(sorted(o.uri for o in taxonomy.occupations))
        speller = Speller.build(_word_counts(taxonomy))
        requirements = build_requirements(taxonomy, _nearest_required(taxonomy, uris, space))
        return GoalIndex(uris, space, speller, requirements, chosen)

    @cached_property
    def position(self) -> Mapping[str, int]:
        """{occupation URI: row}."""
        return {uri: row for row, uri in enumerate(self.uris)}

    @cached_property
    def _known(self) -> frozenset[str]:
        """Words of the taxonomy, as they are and in the singular."""
        spelled = (word for label in self.space.labels for word in normalise_text(label).split())
        return frozenset((*self.speller.words, *spelled))

    @cached_property
    def _letters(self) -> frozenset[str]:
        return frozenset(letter for word in self._known for letter in word if letter.isalpha())

    @cached_property
    def _words(self) -> tuple[str, ...]:
        return tuple(self.space.words)

    @cached_property
    def _translator(self) -> Translator:
        return Translator.load()

    @cached_property
    def _whole_labels(self) -> Mapping[str, list[int]]:
        """{normalised label without dots, as people write "g.p.": the labels that read so}."""
        found: dict[str, list[int]] = {}
        for row, label in enumerate(self.space.labels):
            found.setdefault(_undotted(label), []).append(row)
        return found

    def match(self, text: str, encoder: Encoder, limit: int = 5) -> GoalAnswer:
        """The `limit` likeliest occupations, best first; never empty while the taxonomy has any occupation.

        `close_enough` is False when no label comes near the words: then the matches are merely the nearest.
        """
        parsed, whole = parse_goal(text), normalise_text(text)
        if _undotted(text) in self._whole_labels:
            parsed = GoalText(whole)
        readings = self.read(parsed.target)
        ranked = blend([self._rank(reading, encoder) for reading in readings], self.size)
        confidence = self.weights.calibration.confidence(ranked.shares, ranked.closeness)
        matches = tuple(
            GoalMatch(self.uris[row], self._label(row), float(sure), self.space.labels[nearest])
            for row, nearest, sure in list(zip(ranked.rows, ranked.nearest, confidence, strict=True))[:limit]
        )
        close = bool(matches and words_of(parsed.target)) and ranked.closeness >= self.weights.calibration.closest
        # Letters that no label has are likened to anything: to the encoder, one unknown word is as good as another.
        close = close and any(not self._letters.isdisjoint(reading.text) for reading in readings)
        return GoalAnswer(text, parsed.target, parsed.origin, matches, close and parsed.names_work)

    @property
    def size(self) -> int:
        """How many occupations there are."""
        return len(self.uris)

    def _label(self, row: int) -> str:
        return self.space.labels[int(self.space.starts[row])]

    def candidates(self, reading: str, encoder: Encoder) -> Candidates:
        """Occupations that words, already in the taxonomy's language and spelling, may mean."""
        vector = encoder.encode([reading])
        view = self.weights.view.encode([reading], vector)
        return candidates(self.space, GoalQuery(reading, vector[0], view[0]))

    def _rank(self, reading: Reading, encoder: Encoder) -> Ranked:
        found = self.candidates(reading.text, encoder)
        scores = self.weights.trees.scores(found.features)
        if len(scores):
            scores = scores + self._exact(reading.text, found, float(scores.max()))
        closeness = found.closeness if reading.sure else 0.0
        return Ranked(found.rows, found.nearest, self.weights.calibration.softmax(scores), closeness)

    def _exact(self, reading: str, found: Candidates, top: float) -> FloatArray:
        """What a label that reads exactly so adds: the preferred label settles it, another speaks for it.

        The trees learn from titles that are in no label, where an equal label of another occupation misleads.
        """
        extra = np.zeros(len(found.rows), np.float32)
        alternative = OTHERWISE if " " in reading else ONE_WORD
        for label in self._whole_labels.get(_undotted(reading), ()):
            row = int(np.searchsorted(self.space.starts, label, side="right")) - 1
            is_preferred = int(self.space.starts[row]) == label
            at = found.rows == row
            extra[at] = np.maximum(extra[at], top + PREFERRED if is_preferred else alternative)
        return extra

    def read(self, target: str) -> list[Reading]:
        """The goal as the taxonomy may spell it: as it is, and put right or translated where it has unknown words.

        A translation replaces the words; a respelling stands beside them, since a word may be right and unlisted.
        """
        words = words_of(target)
        if all(word in self._known for word in words):
            return [Reading(target)]
        full = " ".join(word if word in self._known else SHORT_FOR.get(word, word) for word in words)
        if full != " ".join(words):  # "UX designer" where no label says UX
            return self.read(full)
        translated = self._translator.translate(target, self._known)
        respelled = self._respell(words)
        if translated and self._nearness(translated) >= self._nearness(respelled.text) - ALIKE:
            return [Reading(translated)]
        return [Reading(target), respelled] if respelled.text not in {"", target} else [Reading(target)]

    def _nearness(self, text: str) -> float:
        scores = self.space.letters.scores(list(trigrams_of(words_of(text))), len(self.space.labels))
        return float(scores.max(initial=0.0))

    def _respell(self, words: list[str]) -> Reading:
        """Each unknown word as a near known one, or as two written together; of all ways the nearest to a label.

        It is sure where the longest word that it changes is a slip: from "dev" to "de" anything can be reached.
        """
        company = [self._seen_with(word) for word in words if word in self._known]
        options = [[w] if w in self._known else self._options(w, company) for w in words]
        ways = list(islice(product(*options), MOST_WAYS))
        best = max(ways, key=lambda way: (self._nearness(" ".join(way)), way)) if len(ways) > 1 else ways[0]
        changed = [pair for pair in zip(words, best, strict=True) if pair[0] != pair[1]]
        sure = bool(changed) and is_slip(*max(changed, key=lambda pair: len(pair[0])))
        return Reading(" ".join(best), sure)

    def _options(self, word: str, company: list[set[str]]) -> list[str]:
        whole = self._split(word)
        return ([whole] if whole else []) + self.speller.nearest(word, company) or [word]

    def _seen_with(self, word: str) -> set[str]:
        """Words of the labels that hold `word`."""
        held = self.space.label_words
        rows = (
            np.searchsorted(held.starts, np.flatnonzero(held.ids == self.space.words.get(word, -1)), side="right") - 1
        )
        return {self._words[at] for at in held.ids[gather(held.starts, rows)[0]]}

    def _split(self, word: str) -> str:
        cuts = [(word[:cut], word[cut:]) for cut in range(4, len(word) - 3)]
        whole = [" ".join(cut) for cut in cuts if cut[0] in self.space.words and cut[1] in self.space.words]
        return max(whole, key=lambda pair: (self._nearness(pair), pair), default="")

    def career_goal(self, occupation_uri: str, text: str = "", confidence: float = 1.0) -> CareerGoal:
        """The occupation as a goal with at most 80 skills, weights summing to 1. Raises NotFound.

        An occupation without requirements takes those of its nearest relatives; where there are none, no skills.
        """
        row = self._row(occupation_uri)
        return CareerGoal(text, occupation_uri, self._label(row), confidence, self.requirements.of(row))

    def occupation(self, occupation_uri: str) -> tuple[str, ...]:
        """Its labels, the preferred one first. Raises NotFound."""
        row = self._row(occupation_uri)
        return self.space.labels[int(self.space.starts[row]) : int(self.space.starts[row + 1])]

    def _row(self, occupation_uri: str) -> int:
        row = self.position.get(occupation_uri)
        if row is None:
            raise NotFound(
                f"no occupation {occupation_uri!r} in this taxonomy", where="occupation_uri", fix="GET /v1/goals?q="
            )
        return row

    def save(self, folder: Path) -> None:
        """Writes everything into `folder`, which is made when it is missing."""
        folder.mkdir(parents=True, exist_ok=True)
        self.space.save(folder / "space")
        self.speller.save(folder / "speller")
        self.requirements.save(folder / "requirements")
        self.weights.save(folder / "weights")
        (folder / "uris.json").write_text(json.dumps(self.uris), encoding="utf-8")

    @staticmethod
    def load(folder: Path) -> GoalIndex:
        """Reads what `save` wrote; the caller has verified the files. Raises BundleRefused for other features."""
        uris = tuple(json.loads((folder / "uris.json").read_text(encoding="utf-8")))
        return GoalIndex(
            uris,
            GoalSpace.load(folder / "space"),
            Speller.load(folder / "speller"),
            GoalRequirements.load(folder / "requirements"),
            GoalWeights.load(folder / "weights"),
        )


def _undotted(text: str) -> str:
    return normalise_text(text).replace(".", "")


def _word_counts(taxonomy: Taxonomy) -> dict[str, int]:
    """In how many labels, descriptions and required skills each word is; a word of one long text alone is left out."""
    labels = [label for o in taxonomy.occupations for label in (o.label, *o.alt_labels)]
    counts = Counter(word for label in labels for word in set(words_of(label)))
    prose = [o.description for o in taxonomy.occupations] + [s.label for s in taxonomy.skills]
    beside = Counter(word for text in prose for word in set(words_of(text)))
    counts.update({word: count for word, count in beside.items() if count > 1 or word in counts})
    return dict(counts)


def _nearest_required(taxonomy: Taxonomy, uris: tuple[str, ...], space: GoalSpace) -> dict[str, list[str]]:
    """{occupation without requirements: the occupations with some that lie nearest}."""
    bare = [row for row, o in enumerate(sorted(taxonomy.occupations, key=lambda o: o.uri)) if not o.requirements]
    if not bare:
        return {}
    means = unit_rows(space.sums)
    likeness = means[bare] @ means.T
    likeness[:, bare] = -1.0
    nearest = np.argsort(-likeness, axis=1, kind="stable")[:, :NEIGHBOURS]
    return {
        uris[row]: [uris[at] for at in near if likeness[number, at] >= LIKENESS]
        for number, (row, near) in enumerate(zip(bare, nearest, strict=True))
    }
