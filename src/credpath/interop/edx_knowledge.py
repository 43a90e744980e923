"""The knowledge that a statement about prerequisites names, as short noun phrases.

The rules are cautious: a sentence about browsers, audiences or attitudes gives nothing, and a phrase that is too
long to be the name of a subject is left out. English, Spanish and French.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

MAX_LABELS = 8
MAX_LABEL_WORDS = 7

_NOTHING = re.compile(
    r"^\W*(?:none|no|nil|n/?a|ningun[oa]?|ningún|aucune?|nessun[oa]?|keine?|pas de|sin|zero)\b(?!.*\brecommended)|"
    r"\bno (?:\w+ ){0,3}(?:pre-?requisites?|requirements?|prior|previous|experience|knowledge|background|programming)\b|"
    r"\bnot? (?:se |es |son |hacen? )?(?:\w+ )?(?:requiere|necesit\w* (?!más)|necesari|falta|tiene prerr)|"
    r"never programmed|assumes? no|does not require|self-contained|autocontenido|regardless of|accessible to|"
    r"desde cero|de cero\b|little to no|without these",
    re.IGNORECASE,
)
_SOFTENED = re.compile(
    r"helpful|recommend|prefer|useful|nice to have|recomenda|desirable|advisable|an asset", re.IGNORECASE
)
_NOT_REQUIRED = re.compile(
    r"not (?:be )?(?:strictly |absolutely )?(?:required|necessary|needed|essential|a prerequisite)|pero no obligatorio",
    re.IGNORECASE,
)
# About the mood, the audience or the course itself: nothing that one could have learned before.
_OTHER_MATTER = re.compile(
    r"curios|willing|desire|interest|inter[eé]s|passion|motivat|motivaci|excitement|enthusias|ganas|open (?:to|for)|"
    r"everyone|anyone|anybody|target audience|quién|toda persona|cualquier (?:persona|alumno)|looking to|attract|"
    r"is (?:designed|intended|aimed|meant|suitable) |targets|dirigido|increase|acquire|fret|worry|glossar|grading|"
    r"successful completion of$|benefit from|bootcamp|prescribed order|pre-reading|the lab\b|free of|capital[ií]n",
    re.IGNORECASE,
)
# About equipment and enrolment: dropped unless the same sentence also names knowledge.
_EQUIPMENT = re.compile(
    r"browser|\binternet\b(?! y| básic)|reliable|laptop|virtual machine|\bVM\b|docker image|download|descargando|"
    r"\blab\b|\bkit\b|access to|hardware|operating system is|Windows OS|smartphone|celular|tablet|license|web ?site|"
    r"\bFAQ\b|syllabus|module \d|certificate|audit|enrol|graded|assignment|course|series|program\b|steps|grade|"
    r"\bwe\b|resources|reading|book|video|year experience|ability|capacidad|cluster|version",
    re.IGNORECASE,
)

_CUE = re.compile(
    r"(?:knowledge|understanding|familiarity|experience|background|grounding|proficiency|proficient|grasp|skills?|"
    r"literacy|basics|fundamentals|notions|exposure|affinity|familiar|comfortable|expertise|competence|experienced|"
    r"a bit)\s+(?:of|with|in|about|on|using|working with|working in)\s*(?<=[\s])(?:working with |working in |using "
    r"|the |an? )?|"
    r"\b(?:assumes?|knowing|presum\w+|requires?)\s+(?:that |you |to |how |students? )*(?:are |be |have )?(?:studied )?|"
    r"pre-?requisites?\s(?:for \w+(?: \w+){0,2} )?(?:are|include|is)\s+|\bneed\s+(?=\w+ and)|\bhave studied\s+|"
    r"conocimientos?(?: \w+){0,2}? (?:de|del|en|sobre|acerca de)\s+|manejo (?:de|en|y gestión de)\s+|"
    r"familiarizado con\s+(?:el |la |los )?|formación previa en\s+|dominio de\s+|"
    r"nivel (?:básico|intermedio|avanzado|medio|bajo|alto)(?: \w+)? de\s+|conceptos de:?\s+|"
    r"(?:connaissances?|notions?) (?:\w+ )?(?:de |d['’]|en )\s*",
    re.IGNORECASE,
)
_ASKED = re.compile(
    r"^(?:therefore,? |and |also,? )?(.{2,90}?)\s+(?:is|are|would be|will be|may be)\s+(?:\w+ )??(?:necessary|required|"
    r"needed|expected|recommended|assumed|preferred|helpful|essential|desirable|useful|an asset)\b",
    re.IGNORECASE,
)
_HEADER = re.compile(
    r"(?:prerequisites?|required|recommended|following(?: \w+)*|knowledge of|background knowledge|familiar with|"
    r"equivalent|listed below|will need(?: to have)?|requisitos previos|conocimientos básicos en|conceptos de)\s*:",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(
    r"\b(?:is|are|was|will|would|which|that|so|because|before|prior to|in order|equivalent to|as (?:found|such)|"
    r"such as|including|like|preferred|recommended|required|helpful|useful|needed|necessary|assumed|desirable|essential|"
    r"may|can|should|must|have|has|through|via|unless|if|when|whether|until|than|then|(?-i:we|you|they|he|she|it)|"
    r"to (?:successfully|get|make|be|the|work|participate|complete|a)|in this|at (?:the|a|high|first|an)|with the|"
    r"como|que|para|principales?|especialmente|es|son|será|al menos|o haber|or equivalent|or similar|or higher|"
    r"highly|successful|throughout|specifically|preferably|especially|particularly|among other|in the past|already|"
    r"a nivel|beyond|in something|and how)\b.*",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(
    r"\s*,\s*(?:as well as|and/or|and|or|y|e|o|et)?\s+|\s+(?:as well as|and/or|and|or|y|e|et|o)\s+|\s*&\s+",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"^(?:(?:an?|the|some|any|prior|previous|good|solid|sound|broad|strong|general|only|at least|own|your|of|in|with|"
    r"knowledge|understanding|understand|familiarity|experience|background|proficiency|el|la|los|las|un|una|le|les|de|"
    r"del|bit|either|both|suggested|also|completed|completion|course in|first courses in|little|one of the|major|have|"
    r"know|about|familiar|uso de|utilización de|ámbito de las?|"
    r"(?:basic |introductory |level |key )*(?:concepts?|topics?|terminology|aspects|usage) (?:of|in)(?: the)?)\s+)+",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"(?:\s+(?:knowledge|experience|background|for this course|in particular|in general|course|courses|or|and|of|in|"
    r"with|the|a|an|y|e|de|en|to|for|on|at|by|as))+$",
    re.IGNORECASE,
)
_SENTENCE = re.compile(
    r"\b(?:(?-i:it)|is|are|will|would|should|must|can|could|may|need|needs|have|has|be|do|does|we|you|they|this|these|"
    r"those|our|their|its|who|how|what|es|son|está|est|debe|puede|se|te|usted|nous|vous|cours|completing|completed|"
    r"please|ensure|before|if|also|require|requires|go|sign|see|saber|conocer|tener|haber|estar|ser|equivalent|no)\b|"
    r"^(?:understand|work|learn|be)\b",
    re.IGNORECASE,
)
_GENERIC = frozenset(
    "a about all any area bachelor bachelors basic advanced upper lower college concept concepts course courses covered "
    "curso cursos data degree discipline disciplines education equivalent etc experience field following for from g "
    "given graduate high in intermediate introductory it knowledge language learner learners level levels material "
    "materials next none of one or other prerequisite prerequisites program programs proficiency related required "
    "requirements school secondary series similar skill skills student students studies suggested tema temas terminado "
    "the topic topics two undergraduate university with working year years".split()
)
_CODE = re.compile(r"[A-Za-z]{2,}[\d.]+\w*|[\d\W]+")
# A last word that wants the noun of the next item: "biological and ecological concepts".
_ADJECTIVE = re.compile(r"(?:(?:al|ic|ive|ary|ous)|\b(?:computer|software))$", re.IGNORECASE)
_NOUNS_LIKE_ADJECTIVES = frozenset(
    ["arithmetic", "logic", "music", "rhetoric", "capital", "public", "traffic", "animal", "journal", "archive"]
)


def is_softened(statement: str) -> bool:
    """The statement says that it would help, or that it is not required."""
    return bool(_SOFTENED.search(statement) or _NOT_REQUIRED.search(statement))


def knowledge(statement: str) -> tuple[str, ...]:
    """The subjects that a statement asks for; () when it names none."""
    if _NOTHING.search(statement) or _OTHER_MATTER.search(statement):
        return ()
    if _NOT_REQUIRED.search(statement) and not _SOFTENED.search(statement):
        return ()
    subject = _subject(" ".join(re.sub(r"\([^()]*\)?|\[[^\]]*\]?|[^\x00-\u024f‐-…]+", " ", statement).split()))
    subject = _CLAUSE_END.sub("", subject)
    return tuple(dict.fromkeys(_labels(subject)))[:MAX_LABELS]


def _subject(text: str) -> str:
    """The part of a statement that names what is asked for, "" when there is none."""
    text = _HEADER.split(text)[-1] if _HEADER.search(text) else text.split(":", 1)[0]
    asked = _ASKED.search(text)
    text = asked[1] if asked and not _EQUIPMENT.search(asked[1]) else text
    bare = len(text.split()) <= MAX_LABEL_WORDS and not _SENTENCE.search(text)
    cue = _CUE.search(text)
    if not cue:
        return text if (bare or asked) and not _EQUIPMENT.search(text) else ""
    if bare and cue.start() > 25:
        return text
    # "familiar with the basics of electricity": one cue after another, with nothing listed between them.
    while (next_cue := _CUE.search(text, cue.end())) and not _SEPARATOR.search(text, cue.end(), next_cue.start()):
        cue = next_cue
    return text[cue.end() :]


def _labels(subject: str) -> Iterator[str]:
    for part in _joined_adjectives(_SEPARATOR.split(subject)):
        label = _LEAD.sub("", part.strip(" .,;:'\"“”‘’-–/()"))
        label = _TAIL.sub("", label).strip(" .,;:'\"“”‘’-–/()")
        words = re.findall(r"[^\W_]+", label.casefold())
        short = 1 <= len(label.split()) <= MAX_LABEL_WORDS and (len(label) > 1 or label in "RC")
        if short and not _GENERIC.issuperset(words) and not _SENTENCE.search(label) and not _CODE.fullmatch(label):
            yield label


def _joined_adjectives(parts: list[str]) -> list[str]:
    joined: list[str] = []
    for part in parts:
        last = joined[-1].split()[-1].casefold() if joined and joined[-1].split() else ""
        if _ADJECTIVE.search(last) and last not in _NOUNS_LIKE_ADJECTIVES:
            joined[-1] = f"{joined[-1]} and {part}"
        else:
            joined.append(part)
    return joined
