"""When the nearest skill by meaning may stand for a label, and how sure that is. When in doubt, it may not.

Cosine alone confuses a thing with what is done to it: "communication" lies near "teach communication", "data
visualization" near "data visualisation software". So the words in which two labels differ are looked at too.
"""

from __future__ import annotations

from credpath.recommender.skill_words import NEUTRAL, asked, stem, told_bare, words

# A difference in one of these words is a difference in skill, however close the rest is.
_DECISIVE = (
    "advise advisor animal anti audience care child coach consultant consulting counsel customer dental department "
    "development education employee environment equipment food game healthcare hire industry inspect instruct "
    "international law lead leadership legislation local machine machinery manager medical military mobile monitor "
    "national non nursing offer post pre product promote regional regulation rent research sale school sector sell "
    "social software sport standard student supervise teach teacher tool train training tutor veterinary virtual web"
)
# Alone these name no skill that could be looked for by nearness.
_GENERIC = (
    "analysis application art business collection communication control cost data design development economy "
    "ecosystem education engineering environment evaluation game graphics growth health industry information "
    "infrastructure integration kinetics law logic management marketing media model music network operation "
    "organisation performance policy problem process product professional programming project quality resource "
    "review schedule science security service simulation social society software standard strategy structure support "
    "system teaching team technology terminology testing theory training value work writing"
)
# Verbs that make another skill of the noun after them.
_ANOTHER_ACT = "advise coach counsel educate instruct inspect oversee promote rent sell supervise teach train"
DECISIVE, GENERIC, ANOTHER_ACT = (frozenset(map(stem, text.split())) for text in (_DECISIVE, _GENERIC, _ANOTHER_ACT))

# Least cosine, by how the words differ: both have more, the skill has more, none is shared, the query has more.
SAME, NARROWER, SYNONYM, BROADER = 0.87, 0.86, 0.88, 0.6
LEAST, MOST, MOST_BROADER = 0.5, 0.85, 0.7  # confidence of what was only found by nearness


def is_generic(text: str) -> bool:
    """Whether the text is one word that names no skill alone."""
    said = asked(text)
    return len(said) < 2 and set(said) <= GENERIC


def is_another_act(query: str, label: str) -> bool:
    """ "Teach communication" for "communication": the label begins with a verb that was not asked for."""
    first = stem(words(label)[0]) if words(label) else ""
    return first in ANOTHER_ACT and first not in map(stem, words(query))


def may_mean(query: str, label: str, cosine: float) -> float:
    """Confidence, LEAST to MOST, that `query` names the skill `label`; 0.0 when it must not be linked."""
    wanted, offered = set(asked(query)), set(told_bare(label))
    missing, extra = wanted - offered, offered - wanted
    if wanted <= GENERIC or (missing | extra) & DECISIVE:
        return 0.0
    if not wanted & offered:
        return _confidence(cosine, SYNONYM, MOST)
    if not extra:
        return _confidence(cosine, BROADER, MOST_BROADER) if _specialises(query, label) else 0.0
    return _confidence(cosine, SAME if missing else NARROWER, MOST)


def _specialises(query: str, label: str) -> bool:
    """ "Behavioural economics" is economics. "Apache Spark" is not the language SPARK, "syntax and semantics" not one.

    The label must be the end of the query, at least half of it, more than generic, and no name.
    """
    whole, end = [stem(w) for w in words(query)], [stem(w) for w in words(label) if w not in NEUTRAL]
    at_end = whole[-len(end) :] == end and 2 * len(end) >= len(whole)
    telling = len(end) > 1 or not set(end) <= GENERIC
    return at_end and telling and "and" not in whole and label == label.lower()


def _confidence(cosine: float, least: float, most: float) -> float:
    if cosine < least:
        return 0.0
    return round(LEAST + (most - LEAST) * min(1.0, (cosine - least) / (0.98 - least)), 4)
