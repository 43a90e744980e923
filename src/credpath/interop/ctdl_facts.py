"""What a CTDL or Open Badges resource says of itself: names, outcomes, time, money, level, status."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from credpath.domain.catalogue import CredentialKind, LearningOutcome, Status
from credpath.domain.money import Money
from credpath.domain.rules import MAX_LABEL
from credpath.errors import InvalidInput
from credpath.interop.ctdl_graph import Graph, Node, local_name, reference, text, texts, words_of
from credpath.interop.languages import language_code
from credpath.interop.reading import parse_number
from credpath.interop.scraped_text import clean_line

COURSE_TYPES = frozenset(
    ["Course", "CourseComponent", "LearningOpportunityProfile", "LearningOpportunity", "LearningProgram",
     "AssessmentComponent", "Assessment", "CocurricularComponent"]
)  # fmt: skip
_CREDENTIAL = re.compile(
    r"(?:Degree|Certificate|Certification|Diploma|Badge|Licen[cs]e|(?:Micro)?Credential|Doctorate|BadgeClass|"
    r"Achievement|CredentialComponent|GeneralEducationDevelopment)$|^Certificate\w*|^Degree\w*"
)
_NO_CREDENTIAL = frozenset(
    ["VerifiableCredential", "OpenBadgeCredential", "AchievementCredential", "EndorsementCredential"]
)
_UNSPECIFIC = frozenset(["Credential", "CredentialComponent", "Achievement"])
_DEGREE = re.compile(r"\bdegree\b|\b(?:bachelor|master|doctor)s?\b|\b(?:BSc|BA|MSc|MA|MBA|PhD)\b", re.IGNORECASE)
# Subjects and keywords tell what it is about rather than what a holder can do.
ABOUT_WEIGHT = 0.4
_TAUGHT = ("teaches", "assesses", "targetCompetency", "learningOutcome", "alignment", "alignments", "resultDescription")
_ABOUT = ("keyword", "subject", "tags", "tag")
_STATUSES: Mapping[str, Status] = {
    "deprecated": "withdrawn", "ceased": "withdrawn", "suspended": "withdrawn", "revoked": "withdrawn",
    "retired": "withdrawn", "superseded": "superseded", "developing": "planned", "planned": "planned",
    "underdevelopment": "planned",
}  # fmt: skip
_DELIVERY = {"onlineonly": "online", "online": "online", "inperson": "onsite", "blendeddelivery": "blended",
             "blendedlearning": "blended"}  # fmt: skip
_LEVELS = {
    "beginner": "introductory", "introduc": "introductory", "orientation": "introductory",
    "intermediate": "intermediate", "advanced": "advanced", "expert": "advanced",
}  # fmt: skip
_DURATION = re.compile(
    r"P(?:([\d.]+)Y)?(?:([\d.]+)M)?(?:([\d.]+)W)?(?:([\d.]+)D)?(?:T(?:([\d.]+)H)?(?:([\d.]+)M)?(?:([\d.]+)S)?)?"
)


def is_offering(node: Node) -> bool:
    """A credential, course or assessment that somebody can take: of such a type, and with a name."""
    return any(_is_offering_type(t) for t in node.types) and bool(title_of(node))


def _is_offering_type(name: str) -> bool:
    return name in COURSE_TYPES or (bool(_CREDENTIAL.search(name)) and name not in _NO_CREDENTIAL)


def title_of(node: Node) -> str:
    """The name; several names that one id was given are all kept."""
    return clean_line(" / ".join(dict.fromkeys(texts(node, "name", "prefLabel"))))[:MAX_LABEL]


def kind_of(node: Node) -> CredentialKind:
    """degree, professional-certificate, certificate or micro-credential."""
    named = [local_name(w) for key in ("credentialType", "achievementType") for w in _concepts(node, key)]
    names = [name for name in (*node.types, *named) if name not in COURSE_TYPES]
    if any(re.search(r"Degree|Doctorate", name) for name in names):
        return "degree"
    if _UNSPECIFIC.issuperset(names) and not COURSE_TYPES.intersection(node.types) and _DEGREE.search(title_of(node)):
        return "degree"
    if "ProfessionalCertificate" in names:
        return "professional-certificate"
    certificate = r"Certificat|Diploma|Licen[cs]e|GeneralEducationDevelopment"
    return "certificate" if any(re.search(certificate, name) for name in names) else "micro-credential"


def facts_of(graph: Graph, node: Node) -> dict[str, Any]:
    """The fields of a credential that need no other credential. Raises InvalidInput for a value that is wrong."""
    weeks, hours = _effort(graph, node)
    return {
        "title": title_of(node),
        "description": text(node, "description", "criteria", "narrative"),
        "awarding_body": body_of(graph, node),
        "languages": _languages(node),
        "outcomes": outcomes_of(graph, node),
        "kind": kind_of(node),
        "level": _level(graph, node),
        "eqf_level": _eqf_level(graph, node),
        "workload_hours": hours,
        "duration_weeks": weeks,
        "ects": _credits(graph, node, "ECTS"),
        "cost": _cost(graph, node),
        "participation": _joined(_DELIVERY.get(w.casefold(), "") for w in _delivery(node)),
        "assessment_type": _joined(_spaced(w) for w in _concepts(node, "assessmentMethodType")),
        "quality_assurance": _quality(graph, node),
        "url": _url(node),
        "status": _status(node),
        "starts_on": _day(node, "dateEffective"),
        "ends_on": _day(node, "expirationDate"),
        "source": "ctdl",
    }


def body_of(graph: Graph, node: Node) -> str:
    """Names of the owners or offerers; else of the issuer of the award that the resource was found in."""
    for key in ("ownedBy", "offeredBy", "issuer", "creator", "publisher"):
        names = [clean_line(graph.name_of(value)) for value in node.values.get(key, ())]
        if any(names):
            return _joined(names)
    award = node.container
    while award and not _NO_CREDENTIAL.intersection(award.types) and "Assertion" not in award.types:
        award = award.container
    return body_of(graph, award) if award else ""


def outcomes_of(graph: Graph, node: Node) -> tuple[LearningOutcome, ...]:
    """What is taught or assessed, then, with less weight, what it is about."""
    found: dict[str, LearningOutcome] = {}
    requirements = [graph.resolve(value) for value in node.values.get("requires", ())]
    sources = [(node, _TAUGHT), *((r, ("targetCompetency",)) for r in requirements if r)]
    competencies = [r for r in requirements if r and "Competency" in r.types]
    for source, keys in sources:
        for value in (v for key in keys for v in source.values.get(key, ())):
            _add_outcome(found, graph, value, 1.0)
    for competency in competencies:
        _add_outcome(found, graph, competency.node_id, 1.0)
    for value in (v for key in _ABOUT for v in node.values.get(key, ())):
        _add_outcome(found, graph, value, ABOUT_WEIGHT)
    return tuple(found.values())


def _add_outcome(found: dict[str, LearningOutcome], graph: Graph, value: object, weight: float) -> None:
    target = graph.resolve(value)
    uri: object = ""
    if target:
        uri = next(iter(target.values.get("targetNode") or target.values.get("targetUrl") or ()), "")
        uri = uri or (target.node_id if "Competency" in target.types else "")
    link = reference(uri)
    link = link if link.startswith("http") and len(link) <= MAX_LABEL else ""
    for words in [graph.name_of(value)] if target else words_of(value):
        label = clean_line(words)[:2_000]
        if label and not label.startswith(("http://", "https://")):
            found.setdefault(label.casefold(), LearningOutcome(label, link, weight=weight))


def _concepts(node: Node, *keys: str) -> Iterator[str]:
    """Local names of the concepts that a property points at: "OnlineOnly" of "deliveryType:OnlineOnly"."""
    for value in (v for key in keys for v in node.values.get(key, ())):
        inner = value
        if isinstance(value, dict):
            inner = next((value[k] for k in value if local_name(k) == "targetNode"), value)
        named = reference(inner)
        if named:
            yield local_name(named)


def _delivery(node: Node) -> Iterator[str]:
    return _concepts(node, "deliveryType", "learningDeliveryType", "learningMethodType")


def _spaced(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).casefold()


def _joined(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(name for name in names if name))


def _languages(node: Node) -> tuple[str, ...]:
    codes = (language_code(words) for words in texts(node, "inLanguage", "language"))
    return tuple(dict.fromkeys(code for code in codes if code))


def _level(graph: Graph, node: Node) -> str:
    words = " ".join(_level_words(graph, node)).casefold()
    return next((level for word, level in _LEVELS.items() if word in words), "")


def _level_words(graph: Graph, node: Node) -> Iterator[str]:
    keys = ("audienceLevelType", "educationLevel", "educationalLevel", "proficiencyLevel", "level")
    yield from _concepts(node, *keys)
    for value in (v for key in keys for v in node.values.get(key, ())):
        yield graph.name_of(value)


def _eqf_level(graph: Graph, node: Node) -> int | None:
    for key in ("audienceLevelType", "educationLevel", "qualificationLevel", "eqfLevel", "alignment"):
        for value in node.values.get(key, ()):
            target = graph.resolve(value)
            framework = text(target, "frameworkName", "framework") if target else ""
            words = f"{framework} {graph.name_of(value)} {reference(value)}" + (" EQF" if key == "eqfLevel" else "")
            level = re.search(r"\b(?:level\s*)?([1-8])\b(?!.*\d)", words, re.IGNORECASE)
            if level and re.search(r"\bEQF\b|European Qualifications Framework", words):
                return int(level[1])
    return None


def _effort(graph: Graph, node: Node) -> tuple[float | None, float | None]:
    """(weeks, hours) from ISO 8601 durations; of a range the middle. Hours also from stated clock hours."""
    weeks: list[float] = []
    hours: list[float] = []
    for value in (v for key in ("estimatedDuration", "timeRequired") for v in node.values.get(key, ())):
        profile = graph.resolve(value)
        stated = [value] if not profile else [
            d for key in ("exactDuration", "timeRequired", "minimumDuration", "maximumDuration")
            for d in profile.values.get(key, ())
        ]  # fmt: skip
        for duration in stated:
            week, hour = parse_duration(duration if isinstance(duration, str) else "")
            weeks += [week] if week else []
            hours += [hour] if hour else []
    clock = _credits(graph, node, "ClockHour")
    return _middle(weeks), _middle(hours) or clock


def _middle(values: list[float]) -> float | None:
    return round((min(values) + max(values)) / 2, 2) if values else None


def parse_duration(iso: str) -> tuple[float, float]:
    """(weeks, hours) of an ISO 8601 duration: calendar parts as weeks, clock parts as hours; (0, 0) for no duration."""
    found = _DURATION.fullmatch(iso.strip().upper())
    if not found or not any(found.groups()):
        return 0.0, 0.0
    try:
        years, months, weeks, days, hours, minutes, seconds = (float(part or 0) for part in found.groups())
    except ValueError:
        return 0.0, 0.0
    calendar = years * 52 + months * 52 / 12 + weeks + days / 7
    return round(calendar, 2), round(hours + minutes / 60 + seconds / 3_600, 2)


def _credits(graph: Graph, node: Node, unit: str) -> float | None:
    """Credit that is stated in a unit; semester hours and the like are no ECTS and are not turned into any."""
    for value in (v for key in ("creditValue", "creditsAvailable") for v in node.values.get(key, ())):
        profile = graph.resolve(value)
        units = " ".join((*_concepts(profile, "creditUnitType"), text(profile, "creditUnitTypeDescription", "unitText",
                                                                      "description"))) if profile else ""  # fmt: skip
        if profile and re.search(rf"{unit}", units):
            amount = text(profile, "value", "minValue", "maxValue")
            return parse_number(amount, "creditValue")
    return None


def _cost(graph: Graph, node: Node) -> Money | None:
    """The sum over kinds of cost, of each kind the dearest, so that a budget is never overrun; one currency only."""
    by_kind: dict[str, dict[str, float]] = {}
    for value in node.values.get("estimatedCost", ()):
        profile = graph.resolve(value)
        amount = parse_number(text(profile, "price", "amount"), "estimatedCost") if profile else None
        if profile is None or amount is None:
            continue
        currency = text(profile, "currency").upper()
        kind = next(iter(_concepts(profile, "directCostType")), "")
        kinds = by_kind.setdefault(currency, {})
        kinds[kind] = max(amount, kinds.get(kind, amount))
    if len(by_kind) != 1:
        return None
    currency, kinds = by_kind.popitem()
    whole = kinds.get("AggregateCost")
    if not currency:
        raise InvalidInput("estimatedCost has a price and no currency", where="estimatedCost", fix="give currency")
    return Money(whole if whole is not None else sum(kinds.values()), currency)


def _quality(graph: Graph, node: Node) -> str:
    said = []
    for key, words in (("accreditedBy", "accredited"), ("approvedBy", "approved"), ("recognizedBy", "recognised")):
        names = _joined(clean_line(graph.name_of(value)) for value in node.values.get(key, ()))
        if names or key in node.values:
            said.append(f"{words} by {names}" if names else words)
    return ", ".join(said)


def _url(node: Node) -> str:
    links = (reference(v) for key in ("subjectWebpage", "source", "url", "homepage") for v in node.values.get(key, ()))
    return next((link for link in links if re.match(r"https?://[^\s/]+\.", link)), "")


def _day(node: Node, key: str) -> date | None:
    """A whole date; a year or a month alone says too little to hide an offering by."""
    try:
        return date.fromisoformat(text(node, key)[:10])
    except ValueError:
        return None


def _status(node: Node) -> Status:
    for name in _concepts(node, "credentialStatusType", "lifeCycleStatusType"):
        if name.casefold() in _STATUSES:
            return _STATUSES[name.casefold()]
    return "superseded" if node.values.get("supersededBy") or node.values.get("nextVersion") else "active"
