"""Skills that a text names: the longest runs of its words that are labels of the taxonomy.

A run of two or more words is taken as it stands. One word alone is mostly no skill ("plan", "sing", "go"), so
it must be a name written as the taxonomy writes it, or a word that is neither short nor generic nor everyday.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from credpath.recommender.skill_guard import GENERIC
from credpath.recommender.skill_lookup import SALTS, LabelLookup, form_hash
from credpath.recommender.skill_words import STOP, bag_of, stem, word_set, words

LONGEST = 6  # words
SHORTEST_WORD = 6  # letters of a single common word
READ = 1_500  # characters of a text; later ones tell of certificates and sign-up
_TOKEN = re.compile(r"[\w+#.'’&/-]+")
_BREAK = re.compile(r"[.;:!?()\[\]\n•|,]+(?:\s|$)|\s[–—-]\s")
# After such a word a short name is meant as one: "R programming", "the Go language".
_CONTEXT = word_set(
    "api app apps code coding database developer developers framework language libraries library package packages "
    "platform programming scripting server software"
)
# Names that are ordinary words, or too short, and need such a word.
_AMBIGUOUS = word_set(
    "absorb ada assembly backbox c canvas cain capture chef decos eclipse edmodo engrade erlang frostbite go grovo "
    "haskell imperva juju less litmus maven ml moodle nexpose octopus parrot puppet r rage ruby salt sakai samurai "
    "sass scala scratch shiva source spark squeak staf swift unity vyper"
)
# Single words that are labels and yet everyday words of course descriptions.
_EVERYDAY = frozenset(
    map(
        stem,
        word_set(
            "assessment assignment background class community conference conversation country culture current "
            "customers "
            "delivery details discipline discussion discussions employment english event events example experience "
            "feedback field focus foundation general global group history idea ideas impact individual instruction "
            "instructor interest international internet interview introduction language languages learning lecture "
            "lesson lessons level material materials method methods module modules organization outcome participants "
            "person personal practical practice practices presentation problem problems professional progress question "
            "questions reading reflection relationship relationships report response school section session setting "
            "student students study support teacher teachers theme training understanding university video videos "
            "working workplace workshop world writing"
        ),
    )
)

# "English common law" and "the French Revolution" teach no language; "learn Korean" and "Spanish grammar" do.
_LANGUAGES = word_set(
    "arabic bengali bulgarian chinese croatian czech danish dutch english finnish french german greek hebrew hindi "
    "hungarian indonesian irish italian japanese korean latin mandarin norwegian persian polish portuguese punjabi "
    "romanian russian slovak spanish swahili swedish tamil thai turkish ukrainian urdu vietnamese"
)
_BEFORE_LANGUAGE = word_set(
    "academic advanced basic beginner beginners beginning business conversational elementary intermediate introductory "
    "learn learning professional spoken speak speaking written"
)
_AFTER_LANGUAGE = word_set(
    "alphabet communication composition conversation for grammar language lessons pronunciation reading skills "
    "speaking vocabulary writing"
)


@dataclass(frozen=True, slots=True)
class Mention:
    """`text` as written, of `length` words; `before` and `after` are the words around it in small letters, or ""."""

    text: str
    length: int
    before: str
    after: str


def find_mentions(text: str, lookup: KnownWords) -> tuple[Mention, ...]:
    """Runs of words that are labels, longest first within each sentence, none overlapping, in order."""
    found: list[Mention] = []
    for sentence in _BREAK.split(text[:READ]):
        tokens = [token.strip(".'’-/&") for token in _TOKEN.findall(sentence)]
        found += _of_sentence([token for token in tokens if token], lookup)
    return tuple(found)


def _of_sentence(tokens: Sequence[str], lookup: KnownWords) -> Iterator[Mention]:
    place = 0
    while place < len(tokens):
        longest = min(LONGEST, len(tokens) - place)
        length = next((n for n in range(longest, 0, -1) if _is_label(tokens, place, n, lookup)), 0)
        if length:
            end = place + length
            before = tokens[place - 1].casefold() if place else ""
            after = tokens[end].casefold() if end < len(tokens) else ""
            yield Mention(" ".join(tokens[place:end]), length, before, after)
        place += max(1, length)


def _is_label(tokens: Sequence[str], place: int, length: int, lookup: KnownWords) -> bool:
    run = tokens[place : place + length]
    if run[0].casefold() in STOP or run[-1].casefold() in STOP:
        return False
    if length == 1:
        following = tokens[place + 1].casefold() if place + 1 < len(tokens) else ""
        return _is_telling(run[0], following) and lookup.has_label(run)
    return lookup.has_any(run)


def _is_telling(word: str, following: str) -> bool:
    """Whether one word alone may name a skill. A short capitalised one may: see `is_meant`."""
    plain = word.casefold()
    if plain in _AMBIGUOUS:
        return following in _CONTEXT and word != plain
    if word != plain:
        return len(word) >= 2
    return len(word) >= SHORTEST_WORD and stem(plain) not in GENERIC | _EVERYDAY


def is_meant(mention: Mention, label: str) -> bool:
    """Whether a single word, now that its skill is known, is that skill's name or telling enough.

    "Java" is written as its label is; the "Plan" that begins a sentence is not.
    """
    word = mention.text
    if word.casefold() in _LANGUAGES:
        return mention.before in _BEFORE_LANGUAGE or mention.after in _AFTER_LANGUAGE
    if mention.length > 1 or label.startswith(word):
        return True
    return len(word) >= SHORTEST_WORD and stem(word.casefold()) not in GENERIC | _EVERYDAY


class KnownWords:
    """Answers whether words are a label, from a set of the hashes; built once a batch."""

    def __init__(self, lookup: LabelLookup) -> None:
        self._keys = frozenset(lookup.keys.tolist())

    def has_label(self, tokens: Sequence[str]) -> bool:
        """Whether a preferred label, with or without its parentheses, is exactly this."""
        return self._has(_pieces(tokens), "wo")

    def has_any(self, tokens: Sequence[str]) -> bool:
        """Whether any label has these words, or these stems in any order."""
        every = _pieces(tokens)
        return self._has(every, "wWo") or self._has(bag_of(every), "bB")

    def _has(self, form: tuple[str, ...], codes: str) -> bool:
        hashed = form_hash(form)
        return any(hashed ^ SALTS[code] in self._keys for code in codes)


def _pieces(tokens: Sequence[str]) -> tuple[str, ...]:
    return tuple(word for token in tokens for word in _words_of(token))


@lru_cache(maxsize=65_536)
def _words_of(token: str) -> tuple[str, ...]:
    return words(token)
