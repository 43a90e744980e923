"""What a goal shares with labels letter by letter and word by word: trigram tf-idf over labels, words with idf."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from credpath.recommender.csr import Floats, Offsets, Rows, group_by, offsets
from credpath.recommender.encoding import normalise_text
from credpath.recommender.goal_arrays import open_array

_WORD = re.compile(r"[^\W_]+(?:[+#]+)?")
_PLURAL = re.compile(r"(?<=[a-z]{3})(?<![sui])s$")


def words_of(text: str) -> list[str]:
    """The words of a text, folded; a possessive "s" is no word, and a plural counts as its singular."""
    folded = normalise_text(text).replace("'s ", " ").replace("’s ", " ")
    return [_PLURAL.sub("", word) for word in _WORD.findall(folded)]


def trigrams_of(words: Sequence[str]) -> Iterator[str]:
    """Three-letter windows of each word, framed by spaces; "ict" gives " ic", "ict", "ct "."""
    for word in words:
        framed = f" {word} "
        yield from (framed[i : i + 3] for i in range(max(1, len(framed) - 2)))


@dataclass(frozen=True, slots=True)
class Postings:
    """For each term the texts that hold it, with weights; a term's rows are distinct and ascending."""

    terms: Mapping[str, int]
    idf: Floats
    starts: Offsets
    rows: Rows
    weights: Floats

    @staticmethod
    def build(texts: Sequence[Sequence[str]]) -> Postings:
        """tf-idf with smoothed idf and sublinear tf, each text's weights of unit length."""
        counts = [Counter(text) for text in texts]
        terms = {term: i for i, term in enumerate(sorted({term for count in counts for term in count}))}
        sizes = np.fromiter((len(count) for count in counts), np.int64, len(counts))
        ids = np.fromiter((terms[t] for count in counts for t in count), np.int64, int(sizes.sum()))
        tf = np.fromiter((c for count in counts for c in count.values()), np.float64, len(ids))
        rows = np.repeat(np.arange(len(texts)), sizes)
        df = np.bincount(ids, minlength=len(terms))
        idf = np.log((1 + len(texts)) / (1 + df)) + 1
        weights = (1 + np.log(tf)) * idf[ids]
        weights /= np.sqrt(np.bincount(rows, weights**2, len(texts)))[rows]
        order, starts = group_by(ids, len(terms))
        return Postings(
            terms, idf.astype(np.float32), starts, rows[order].astype(np.int32), weights[order].astype(np.float32)
        )

    def scores(self, terms: Sequence[str], size: int) -> Floats:
        """(size,) cosine of the query with every text; terms that no text holds count in the query's length."""
        found = np.zeros(size, np.float32)
        rarest = float(self.idf.max(initial=1.0))
        length = 0.0
        for term, count in Counter(terms).items():
            at = self.terms.get(term)
            weight = (1 + np.log(count)) * (rarest if at is None else float(self.idf[at]))
            length += weight * weight
            if at is not None:
                span = slice(self.starts[at], self.starts[at + 1])
                found[self.rows[span]] += np.float32(weight) * self.weights[span]
        return found / np.float32(max(length, 1e-12) ** 0.5)

    def save(self, folder: Path) -> None:
        """Writes four files into `folder`."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "terms.json").write_text(json.dumps(list(self.terms), ensure_ascii=False), encoding="utf-8")
        for name in ("idf", "starts", "rows", "weights"):
            np.save(folder / f"{name}.npy", getattr(self, name))

    @staticmethod
    def load(folder: Path) -> Postings:
        """Reads what `save` wrote; the arrays stay on disk until they are touched."""
        terms = json.loads((folder / "terms.json").read_text(encoding="utf-8"))
        arrays = [open_array(folder / f"{name}.npy") for name in ("idf", "starts", "rows", "weights")]
        return Postings({term: i for i, term in enumerate(terms)}, *arrays)


@dataclass(frozen=True, slots=True)
class WordLists:
    """Which words each of n texts holds: (starts, ids) rows of word numbers, distinct and ascending."""

    starts: Offsets
    ids: Rows

    @staticmethod
    def build(texts: Sequence[Sequence[str]], words: Mapping[str, int]) -> WordLists:
        """Words that are not in `words` are left out."""
        lists = [sorted({words[word] for word in text if word in words}) for text in texts]
        counts = np.fromiter((len(one) for one in lists), np.int64, len(lists))
        return WordLists(offsets(counts), np.array([i for one in lists for i in one], np.int32))

    def save(self, folder: Path, name: str) -> None:
        """Writes two files."""
        np.save(folder / f"{name}_starts.npy", self.starts)
        np.save(folder / f"{name}_ids.npy", self.ids)

    @staticmethod
    def load(folder: Path, name: str) -> WordLists:
        """Reads what `save` wrote."""
        return WordLists(open_array(folder / f"{name}_starts.npy"), open_array(folder / f"{name}_ids.npy"))
