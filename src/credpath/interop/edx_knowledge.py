"""The knowledge that a statement about prerequisites names, as short noun phrases.

The rules are cautious: a sentence about browsers, audiences or attitudes gives nothing, and a phrase that is too
long to be the name of a subject is left out. English, Spanish and French.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

MAX_LABELS = 8
MAX_LABEL_WORDS = 7
MAX_LABEL_LENGTH = 80
MAX_BARE_WORDS = 10

_NOTHING = re.compile(
    r"^\W*(?:none|no|nil|n/?a|ningun[oa]?|ningún|aucune?|nessun[oa]?|keine?|pas de|sin|zero)\b(?!.*\brecommended)|"
    r"\bno (?:\w+ ){0,3}(?:pre-?requisites?|requirements?|prior|previous|experience|knowledge|background|"
    r"programming)\b|"
    r"\bnot? (?:se |es |son |hacen? )?(?:\w+ )?(?:requiere|necesit\w* (?!más)|necesari|falta|tiene prerr)|"
    r"never programmed|assumes? no|does not require|self-contained|autocontenido|regardless of|accessible to|"
    r"do(?:es)? not need|"
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
    r"successful completion of$|benefit from|\bunits?\b|graded|want to|bootcamp|prescribed order|pre-reading|"
    r"the lab\b|free of|capital[ií]n",
    re.IGNORECASE,
)
# About equipment and enrolment: dropped unless the same sentence also names knowledge.
_EQUIPMENT = re.compile(
    r"browser|\binternet\b(?! y| básic)|reliable|laptop|virtual machine|\bVM\b|docker image|download|descargando|"
    r"\blab\b|\bkit\b|access to|hardware|operating system is|Windows OS|smartphone|celular|tablet|license|web ?site|"
    r"\bFAQ\b|syllabus|module \d|certificate|audit|enrol|graded|assignment|(?<!first )course|series|program\b|steps|"
    r"grade|"
    r"\bwe\b|resources|reading material|\bbook|video|\bability|capacidad|cluster|version|\bPC\b|Windows \d",
    re.IGNORECASE,
)

_CUE = re.compile(
    r"(?:knowledge|understanding|familiarity|experience|background|grounding|proficiency|proficient|grasp|skills?|"
    r"literacy|basics|fundamentals|notions|exposure|affinity|familiar|comfortable|expertise|competence|experienced|"
    r"a bit)\s+(?:of|with|in|about|on|using|working with|working in)\s*(?<=[\s])(?:working with |working in |using "
    r"|the |an? )?|"
    r"\b(?:assumes?|knowing|presum\w+|requires?)\s+(?:that |you |to |how |students? )*(?:are |be |have )?(?:studied )?|"
    r"first courses? in\s+|pre-?requisites?\s(?:for \w+(?: \w+){0,2} )?(?:are|include|is)\s+|\bneed\s+(?=\w+ and)|"
    r"\bhave studied\s+|"
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
    r"such as|including|like|preferred|recommended|required|helpful|useful|needed|necessary|assumed|desirable|"
    r"essential|"
    r"may|can|should|must|have|has|through|via|unless|if|when|whether|until|than|then|(?-i:we|you|they|he|she|it)|"
    r"to (?:successfully|get|make|be|the|work|participate|complete|a)|in this|at (?:the|a|high|first|an)|with the|"
    r"como|que|para|principales?|especialmente|es|son|será|al menos|o haber|or equivalent|or similar|or higher|"
    r"highly|successful|throughout|specifically|preferably|especially|particularly|among other|in the past|already|"
    r"a nivel|beyond|in something|and how)\b.*",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(
    r"(\s*,\s*(?:as well as|and/or|and|or|y|e|o|et)?\s+|\s+(?:as well as|and/or|and|or|y|e|et|o)\s+|\s*&\s+|"
    r",(?=[A-Z]))",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"^(?:(?:an?|the|some|any|prior|previous|fundamental|good|solid(?! mechanics|[ -]state)|sound|broad|strong|"
    r"general|only|and|facility in|field of|level of|contar con|at least|own|your|of|in|with|"
    r"knowledge|understanding|understand|familiarity|experience|background|proficiency|el|la|los|las|un|una|le|les|de|"
    r"del|bit|either|both|suggested|also|completed|completion|course in|first courses in|little|one of the|major|have|"
    r"know|about|familiar|hands-on|use|[A-Z]{2,}\d+\w*|uso de|utilización de|ámbito de las?|"
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
    r"please|ensure|taken|intended|recomendamos|hours|covered|graduation|material|before|if|also|require|requires|go|"
    r"sign|see|saber|conocer|tener|haber|estar|ser|equivalent|no)\b|"
    r"^(?:understand|work|learn|be|install|as|on|to|free)\b",
    re.IGNORECASE,
)
_GENERIC_WORDS = (
    "a about all any area bachelor bachelors base basic advanced upper lower college concept concepts course courses "
    "covered "
    "curso cursos data degree discipline disciplines education equivalent etc experience field following for from g "
    "given graduate high in intermediate introductory it knowledge language learner learners "
    "lenguaje lenguajes level levels material "
    "materials mooc edx part next none of one or other prerequisite prerequisites program programmed programs "
    "proficiency related "
    "required "
    "requirements relevant school secondary series similar skill skills student students studies sufficient "
    "suggested tema temas terminado terminology "
    "the topic topics two undergraduate university with working year years"
)
_GENERIC = frozenset(_GENERIC_WORDS.split())
_CODE = re.compile(r"\b[A-Z]{3,}\d{2}|\b[A-Z]{3,}\.[A-Z]|^part \d|^[A-Za-z]{2,}[\d.]+\w*$|^[\d\W]+$")
_OPENING = re.compile(
    r"^(?:(?:however|in addition|therefore|additionally|also|and|but|or|específicamente|pero|asimismo)\b,?\s*)+",
    re.IGNORECASE,
)
# A last word that wants the noun of the next item: "biological and ecological concepts".
_ADJECTIVE = re.compile(r"(?:(?:al|ic|ive|ary|ous)|\b(?:computer|software))$", re.IGNORECASE)
_EDGES = " .,;:'\"“”‘’-–/()"
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
    latin = re.sub(r"\([^()]*\)?|\[[^\]]*\]?|[^\x00-\u024f‐-…]+", " ", statement)
    subject = _CLAUSE_END.sub("", _subject(_OPENING.sub("", " ".join(latin.split()))))
    return tuple(dict.fromkeys(_labels(subject)))[:MAX_LABELS]


def _subject(statement: str) -> str:
    """The part of a statement that names what is asked for, "" when there is none."""
    text = _HEADER.split(statement)[-1] if _HEADER.search(statement) else statement.split(":", 1)[0]
    asked = _ASKED.search(text)
    if asked and not re.match(r"(?:you|students?|learners?|participants?|it)\b", asked[1], re.IGNORECASE):
        statement = text = asked[1]
    bare = len(text.split()) <= MAX_BARE_WORDS and not _SENTENCE.search(text)
    cue = _CUE.search(text)
    if not cue:
        return text if (bare or asked) and not _EQUIPMENT.search(statement) else ""
    if bare and cue.start() > 45:
        return text
    # "familiar with the basics of electricity": one cue after another, with nothing listed between them.
    while (further := _CUE.search(text, cue.end())) and not _SEPARATOR.search(text, cue.end(), further.start()):
        cue = further
    subject = text[cue.end() :]
    return "" if _EQUIPMENT.search(_CLAUSE_END.sub("", subject)) else subject


def _labels(subject: str) -> Iterator[str]:
    for part in _whole_phrases(_SEPARATOR.split(subject)):
        label = _LEAD.sub("", part.strip(_EDGES)).strip(_EDGES)
        bare = _TAIL.sub("", label).strip(_EDGES)
        label = label if bare and _ADJECTIVE.search(bare) else bare
        words = re.findall(r"[^\W_]+", label.casefold())
        short = 1 <= len(label.split()) <= MAX_LABEL_WORDS and len(label) <= MAX_LABEL_LENGTH
        short = short and (len(label) > 1 or label in "RC")
        if short and not _GENERIC.issuperset(words) and not _SENTENCE.search(label) and not _CODE.search(label):
            yield label


def _whole_phrases(parts: list[str]) -> list[str]:
    """The items of a list, with an adjective put back before the noun that it shares with the next item."""
    phrases = [parts[0]]
    for between, part in zip(parts[1::2], parts[2::2], strict=True):
        last = phrases[-1].split()[-1].casefold() if phrases[-1].split() else ""
        # In Spanish the noun comes first, so that only a lone adjective still needs it.
        waiting = last not in _NOUNS_LIKE_ADJECTIVES and _ADJECTIVE.search(last)
        if waiting and (between.strip(" ,") not in ("y", "e", "o") or " " not in part.strip()):
            phrases[-1] += between + part
        else:
            phrases.append(part)
    return phrases
