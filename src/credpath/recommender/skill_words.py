"""The words of a skill label, brought to forms in which two spellings of one skill meet.

English only, and deliberately light: a wrong link costs more than a missing one. Labels in other languages
still meet by their exact words.
"""

from __future__ import annotations

import re
from functools import lru_cache

from credpath.recommender.encoding import normalise_text
from credpath.recommender.skill_synonyms import ABBREVIATIONS, SOMETHING_ELSE, SYNONYMS


def word_set(text: str) -> frozenset[str]:
    """The words of a table below, written out as text."""
    return frozenset(text.split())


# Verbs that add nothing to the noun after them: "perform data analysis" is data analysis.
NEUTRAL = word_set(
    "apply conduct demonstrate do execute employ have implement perform possess practise show undertake use utilise "
    "utilize"
)
# Words that say how well or in which form, not what; dropped at either end of a label, never within.
LEVEL = word_set(
    "approaches basics beginner beginners beginning bootcamp concept concepts course essentials expertise foundations "
    "fundamentals introduction intro method methodology methodologies methods overview practice practices principle "
    "principles skill skills technique techniques understanding"
)
# The same before what is asked for: "basic math" is mathematics, yet "materials" are not "advanced materials".
DEGREE = word_set(
    "advanced applied basic complete elementary essential foundational fundamental intermediate introductory mastering "
    "practical"
)
# The same after what the classification says: innovation is "innovation processes", but a design theory is
# no "design process".
FORM = word_set("activities process processes studies theory theories")
STOP = word_set("a an and as at by for from in into of on or the through to using via with")
_IRREGULAR = {
    "analyse": "analys", "analyses": "analys", "analysing": "analys", "analysis": "analys", "analyze": "analys",
    "analyzing": "analys", "decision": "decid", "decisions": "decid", "decide": "decid", "deciding": "decid",
    "maths": "mathematic", "math": "mathematic", "modelling": "model", "behaviour": "behavior",
    "behavioural": "behavior", "behavioral": "behavior", "colour": "color", "centre": "center",
    "programme": "program", "programmes": "program", "media": "media", "data": "data", "taught": "teach",
}  # fmt: skip
# Words whose ending is part of their meaning: marketing is no market, an instrument is not to instruct.
_WHOLE = word_set(
    "accounting apartment banking building clothing department document element engineering environment equipment "
    "evening garment government instrument learning marketing manufacturing moment news nursing offspring operation "
    "parliament pricing segment series species spring statement station string thing training valuation wedding"
)
_ENDINGS = (
    ("isation", "iz"), ("ization", "iz"), ("ising", "iz"), ("izing", "iz"), ("ise", "iz"), ("ize", "iz"),
    ("ically", "ic"), ("ical", "ic"), ("ially", ""), ("ial", ""), ("ations", ""), ("ation", ""), ("ating", ""),
    ("ate", ""), ("ments", ""), ("ment", ""), ("ings", ""), ("ing", ""), ("ally", ""), ("ies", "y"), ("ics", "ic"),
    ("sses", "ss"), ("es", ""), ("s", ""), ("e", ""),
)  # fmt: skip
_SYMBOLS = re.compile(r"[^\w+#.]+|(?<!\w)\.(?!\w)|\.(?!\w)|_")
_PARENTHESES = re.compile(r"\s*\(([^()]*)\)\s*")
IN_PARENTHESES, ACRONYM, SYNONYM = 0.97, 0.92, 0.8
# "Python programming" is Python: such an ending says what kind of thing a name names.
_KINDS = ("programming language", "programming", "language", "software", "framework", "library")


def words(text: str) -> tuple[str, ...]:
    """Casefolded words; "+", "#" and inner dots stay, since C, C++ and C# differ, as do "net" and ".net"."""
    return tuple(_SYMBOLS.sub(" ", normalise_text(text).replace("'", "").replace("’", "")).split())


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """A light stem: analyse, analysis and analysing meet; manager, management and market do not meet marketing."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    single = word[:-1] if word.endswith("s") and word[:-1] in _WHOLE else word
    if single in _WHOLE:
        return single
    if len(word) < 4 or word.endswith(("ss", "us", "is")) or not word.isalpha():
        return word
    for ending, kept in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return _undouble(word[: len(word) - len(ending)] + kept)
    return word


def _undouble(root: str) -> str:
    doubled = len(root) > 3 and root[-1] == root[-2] and root[-1] not in "lsz"
    return root[:-1] if doubled else root.removesuffix("e")


def bag(text: str) -> tuple[str, ...]:
    """Sorted stems of all words but the small ones and a neutral verb in front, repeated ones kept."""
    return bag_of(words(text))


def bag_of(every: tuple[str, ...]) -> tuple[str, ...]:
    """`bag` of what `words` gave."""
    return _stems(_telling(every))


def asked(text: str) -> tuple[str, ...]:
    """`bag` of what is asked for, without `LEVEL` words at either end and `DEGREE` words in front."""
    return _stems(_trimmed(_telling(words(text)), LEVEL | DEGREE, LEVEL))


def told(label: str) -> tuple[str, ...]:
    """`bag` of a skill's label, without `LEVEL` words at either end."""
    return _stems(_trimmed(_telling(words(label)), LEVEL, LEVEL))


def told_bare(label: str) -> tuple[str, ...]:
    """`told`, without `FORM` words at the end either."""
    return _stems(_trimmed(_telling(words(label)), LEVEL, LEVEL | FORM))


def _trimmed(every: list[str], front: frozenset[str], back: frozenset[str]) -> list[str]:
    kept = list(every)
    while len(kept) > 1 and kept[-1] in back:
        kept.pop()
    while len(kept) > 1 and kept[0] in front:
        kept.pop(0)
    return kept


def _telling(every: tuple[str, ...]) -> list[str]:
    leading = 1 if len(every) > 1 and every[0] in NEUTRAL else 0
    return [w for w in every[leading:] if w not in STOP] or list(every)


def _stems(every: list[str]) -> tuple[str, ...]:
    return tuple(sorted(stem(w) for w in every))


def without_parentheses(label: str) -> str:
    """The label up to what its parentheses explain; "" if all of it stands in parentheses."""
    return _PARENTHESES.sub(" ", label).strip()


def spellings(label: str) -> dict[str, float]:
    """Ways in which a label may be meant, surest first, each with the chance that it is one.

    Whole, without its parentheses, the acronym in them, a synonym: of "Cascading Style Sheets (CSS)" also
    "Cascading Style Sheets" and "CSS"; of "Persona (User Experience)" not the second part, which only says where
    the first belongs.
    """
    outer = without_parentheses(label)
    inner = [part.strip() for part in _PARENTHESES.findall(label)]
    short = [part for part in inner if is_acronym(part, outer) or is_acronym(outer, part)]
    ways = [(label.strip(), 1.0), (outer, IN_PARENTHESES), *((part, ACRONYM) for part in short)]
    ways = [(part, sure) for part, sure in ways if normalise_text(part) not in SOMETHING_ELSE]
    known = [(SYNONYMS.get(" ".join(words(part)), ""), SYNONYM) for part, _ in ways]
    spelled = [(_spell_out(part), SYNONYM) for part, _ in ways]
    found: dict[str, float] = {}
    for part, sure in (*ways, *known, *spelled):
        if part:
            found.setdefault(part, sure)
    return found


def name_before_kind(label: str) -> str:
    """ "Python" of "Python Programming", "English" of "English Language"; "" where no such ending stands."""
    every = words(without_parentheses(label))
    for kind in _KINDS:
        ending = tuple(kind.split())
        if len(every) > len(ending) and every[-len(ending) :] == ending:
            return " ".join(every[: -len(ending)])
    return ""


def is_acronym(short: str, long: str) -> bool:
    """Whether `short` has the initials of `long`, small words counted or not: OOP, IoT, RDBMS."""
    letters = short.casefold()
    every = words(long)
    initials = ("".join(w[0] for w in every), "".join(w[0] for w in every if w not in STOP))
    return len(letters) >= 2 and (letters in initials or letters.removesuffix("s") in initials)


def _spell_out(text: str) -> str:
    """The text with every abbreviation written out; "" when it has none."""
    every = words(text)
    return " ".join(ABBREVIATIONS.get(w, w) for w in every) if any(w in ABBREVIATIONS for w in every) else ""
