"""Alternative labels and descriptions that were run together into one text, taken apart again.

Some copies of ESCO were rebuilt from tables in which the alternative labels stand before the description without any
separator: "manage music staff direct musical staff Assign and manage staff tasks ...". Nothing but the words says where
one label ends. What it takes is learned from the release at hand, from its preferred labels and the alternative labels
that are intact: which words begin a label, which end one, and which follow each other within one. A semi-Markov model
over those counts (Sarawagi and Cohen, 2004) gives every span its probability of being one label; only spans above
`CERTAIN` are kept, the rest is dropped.

Measured on the ESCO 1.2.0 skills whose labels and descriptions are intact, run together for the purpose: the start of
the description is found in 95.7 % of 2,329; of the labels kept, 95 % are exactly right, and 53 % of all are kept
(weights fitted on one half of the digital, green and transversal skills, measured on the other).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from operator import mul

CERTAIN = 0.8
LONGEST_RUN = 120
LONGEST_LABEL = 14
MOST_LONGER = 7

# The span model: probabilities are raised to _POWER, which keeps it from being too sure; the others multiply.
_POWER = 0.5
_START_PRIOR, _NEXT_PRIOR, _END_PRIOR = 60.0, 30.0, 2.0  # pseudo-counts
_LIKE_LABEL_START, _LIKE_LABEL_END, _LIKE_RUN_END = math.exp(1.0), math.exp(0.5), math.exp(0.5)
_PAIR_OF_LABEL, _PAIR_REPEATED = math.exp(0.5), 1.5  # the second is an exponent
_PER_WORD_LONGER, _SINGLE_WORD, _PER_SPAN, _WORD_TWICE = math.exp(-0.5), math.exp(-1.5), math.exp(-0.5), math.exp(-2.0)

_CAPITAL = re.compile(r"[‘'\"“(]?[A-Z](?:[a-z’']|$|-)")
_ENDS_SENTENCE = re.compile(r"[^\s.]{2,}[.!?][)\"'”’]?$")
_ABBREVIATION = re.compile(r"(?:e\.g|i\.e|etc|approx|incl|no)\.$", re.IGNORECASE)
_OUTER_MARKS = "().,;:!?'\"‘“’”"


class DescriptionStarts:
    """Finds where a description begins: at the first capitalised word that is elsewhere written small."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._small: Counter[str] = Counter()
        self._large: Counter[str] = Counter()
        for text in texts:
            # The first word of a text is capitalised for its place, not for what it is.
            for raw in text.split()[1:]:
                word = raw.strip(_OUTER_MARKS)
                (self._large if word[:1].isupper() else self._small)[word] += 1

    def find(self, words: Sequence[str]) -> int | None:
        """Position of the first word of the description; None when no word looks like one."""
        last = next((i for i, w in enumerate(words) if _ends_sentence(w)), len(words) - 1)
        capitals = [i for i in range(last + 1) if _CAPITAL.match(words[i])]
        ordinary = [i for i in capitals if self._is_ordinary(words[i])]
        # "Energy Performance Certificates" is a name inside a label: a sentence rarely begins with two capitals.
        single = [i for i in ordinary if i + 1 not in ordinary]
        if single or ordinary:
            return (single or ordinary)[0]
        return capitals[0] if capitals else None

    def _is_ordinary(self, raw: str) -> bool:
        word = raw.strip(_OUTER_MARKS)
        small = self._small[word.lower()]
        return small >= 3 and small * 4 > self._large[word]


def _ends_sentence(word: str) -> bool:
    return bool(_ENDS_SENTENCE.search(word)) and not _ABBREVIATION.search(word)


class LabelSplitter:
    """Takes a run of labels apart. Build it once a release; `split` is a pure function of it."""

    def __init__(self, labels: Iterable[str]) -> None:
        self._starts: Counter[str] = Counter()
        self._ends: Counter[str] = Counter()
        self._words: Counter[str] = Counter()
        self._pairs: Counter[tuple[str, str]] = Counter()
        self._labels = 0
        self._stems: dict[str, str] = {}
        for label in labels:
            words = label.lower().split()
            if words:
                self._labels += 1
                self._starts[words[0]] += 1
                self._ends[words[-1]] += 1
                self._words.update(words)
                self._pairs.update(pairwise(words))
        self._total = sum(self._words.values()) + len(self._words)

    def split(self, run: Sequence[str], label: str) -> tuple[str, ...]:
        """The labels of two or more words in `run` that are almost certain, in order; `label` is the preferred one."""
        if not 2 <= len(run) <= LONGEST_RUN or not self._labels or not label.split():
            return ()
        words = [word.lower() for word in run]
        spans = _certain(self._weigh(words, label.lower().split()))
        return tuple(" ".join(run[start:end]).strip(" ,;:") for start, end in spans if end - start > 1)

    def _weigh(self, words: list[str], label: list[str]) -> list[list[float]]:
        """spans[i][k]: the weight (not log) that words i to i + k are one label."""
        stems, label_stems = [self._stem(word) for word in words], [self._stem(word) for word in label]
        starts, ends = self._edge_weights(words, stems, label_stems)
        inner = self._inner_weights(words, stems, set(pairwise(label_stems)))
        lengths = _length_weights(len(label))
        twice = [stem if len(stem) > 3 else "" for stem in stems]
        spans = []
        for i, weight in enumerate(starts):
            row = [weight * ends[i] * lengths[0]]
            total, seen = weight, {twice[i]}
            for k, length in enumerate(lengths[1 : len(words) - i], 1):
                stem = twice[i + k]
                total *= inner[i + k]
                if stem and stem in seen:
                    total *= _WORD_TWICE
                seen.add(stem)
                row.append(total * ends[i + k] * length)
            spans.append(row)
        return spans

    def _edge_weights(self, words: list[str], stems: list[str], label: list[str]) -> tuple[list[float], list[float]]:
        """How well each word begins and ends a label, relative to how frequent it is."""
        starts, ends = [], []
        for word, stem in zip(words, stems, strict=True):
            start = (self._starts[word] / self._share(word) + _START_PRIOR) / (self._labels + _START_PRIOR)
            starts.append(start**_POWER * (_LIKE_LABEL_START if stem == label[0] else 1.0))
            end = self._end_chance(word) ** _POWER * (_LIKE_LABEL_END if stem == label[-1] else 1.0)
            ends.append(end * (_LIKE_RUN_END if stem == stems[-1] else 1.0))
        return starts, ends

    def _inner_weights(self, words: list[str], stems: list[str], label_pairs: set[tuple[str, str]]) -> list[float]:
        """How well each word goes on from the one before it within a label; the first entry is unused."""
        repeated = Counter(pairwise(stems))
        weights = [1.0]
        for before, word, pair in zip(words, words[1:], pairwise(stems), strict=False):
            follows = self._pairs[before, word] / self._share(word) + _NEXT_PRIOR
            goes_on = follows / (self._words[before] + _NEXT_PRIOR) * max(1e-6, 1.0 - self._end_chance(before))
            weight = (goes_on * repeated[pair] ** _PAIR_REPEATED) ** _POWER
            weights.append(weight * (_PAIR_OF_LABEL if pair in label_pairs else 1.0))
        return weights

    def _share(self, word: str) -> float:
        return (self._words[word] + 0.5) / self._total

    def _end_chance(self, word: str) -> float:
        prior = _END_PRIOR * self._labels / self._total
        return (self._ends[word] + prior) / (self._words[word] + _END_PRIOR)

    def _stem(self, word: str) -> str:
        """Near enough: "draining" and "drain", "liquids" and "liquid" are one."""
        found = self._stems.get(word)
        if found is None:
            found = self._stems[word] = _stem(word)
        return found


def _length_weights(label: int) -> list[float]:
    """By length - 1: a label is about as long as the preferred one."""
    weights = [_PER_SPAN * _PER_WORD_LONGER ** abs(length - label) for length in range(1, LONGEST_LABEL + 1)]
    weights[0] *= _SINGLE_WORD
    return weights[: label + MOST_LONGER]


def _stem(word: str) -> str:
    for ending in ("ing", "es", "s", "e", "ed"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            break
    doubled = len(word) > 3 and word[-1] == word[-2] and word[-1] not in "sl"
    return word[:-1] if doubled else word


def _certain(spans: list[list[float]]) -> list[tuple[int, int]]:
    """Spans (start, end) whose probability, over all ways to cover the run, is at least CERTAIN."""
    size = len(spans)
    before = [1.0] + [0.0] * size
    after = [0.0] * size + [1.0]
    for i, row in enumerate(spans):
        reached = before[i]
        for j, weight in enumerate(row, i + 1):
            before[j] += reached * weight
    for i in range(size - 1, -1, -1):
        after[i] = sum(map(mul, spans[i], after[i + 1 :]))
    whole = before[size]
    if not 0.0 < whole < math.inf:
        return []
    return [
        (i, j)
        for i, row in enumerate(spans)
        for j, weight in enumerate(row, i + 1)
        if before[i] * weight * after[j] >= CERTAIN * whole
    ]
