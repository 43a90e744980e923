"""CTDL, Open Badges and pathways in their many shapes: what is read, what is turned into words, what is refused."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from credpath.domain.batches import validate_batch
from credpath.domain.catalogue import Credential, LearningOutcome, Preparation, PrerequisiteGroup, StackRule
from credpath.domain.money import Money
from credpath.errors import InvalidInput
from credpath.interop.catalogue_read import CatalogueRead
from credpath.interop.ctdl import read_ctdl
from credpath.interop.ctdl_facts import parse_duration

REGISTRY = "https://credentialengineregistry.org/resources/"


def read(folder: Path, document: object, known: tuple[str, ...] = ()) -> CatalogueRead:
    path = folder / "sample.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return read_ctdl(path, known=known)


def node(name: str, kind: str = "ceterms:Certificate", **values: object) -> dict[str, object]:
    prefixed = {f"ceterms:{key}": value for key, value in values.items()}
    return {"@id": f"ex:{name}", "@type": kind, "ceterms:name": {"en": name}} | prefixed


def graph(*nodes: dict[str, object]) -> dict[str, object]:
    return {"@context": "https://credreg.net/ctdl/schema/context/json", "@graph": list(nodes)}


def one(folder: Path, *nodes: dict[str, object], known: tuple[str, ...] = ()) -> dict[str, Credential]:
    found = read(folder, graph(*nodes), known)
    return {c.credential_id.removeprefix("ex:"): c for c in found.items}


@pytest.mark.parametrize(
    "document",
    [
        {"@id": "ex:a", "@type": "ceterms:Certificate", "ceterms:name": {"en-US": "A"}},
        {"@id": "ex:a", "@type": ["https://purl.org/ctdl/terms/Certificate"],
         "https://purl.org/ctdl/terms/name": [{"@language": "en", "@value": "A"}]},
        [{"@id": "ex:a", "@type": "Certificate", "name": "A"}],
        {"@graph": [{"@id": "ex:a", "@type": "Certificate", "name": ["A"]}]},
        {"@context": [{"e": "ex:"}], "id": "e:a", "type": ["Certificate"], "name": {"de": "B", "en": ["A"]}},
    ],
)  # fmt: skip
def test_every_way_of_writing_it_reads_as_the_same_certificate(tmp_path: Path, document: object) -> None:
    found = read(tmp_path, document)
    assert [(c.credential_id, c.title, c.kind, c.source) for c in found.items] == [("ex:a", "A", "certificate", "ctdl")]
    assert found.refusals == ()


@pytest.mark.parametrize(
    ("kind", "ours"),
    [
        ("ceterms:BachelorOfScienceDegree", "degree"), ("ceterms:ResearchDoctorate", "degree"),
        ("ceterms:ProfessionalCertificate", "professional-certificate"), ("ceterms:Certification", "certificate"),
        ("ceterms:CertificateOfCompletion", "certificate"), ("ceterms:License", "certificate"),
        ("ceterms:SecondarySchoolDiploma", "certificate"), ("ceterms:MicroCredential", "micro-credential"),
        ("ceterms:DigitalBadge", "micro-credential"), ("ceterms:LearningOpportunityProfile", "micro-credential"),
        ("ceterms:Course", "micro-credential"),
    ],
)  # fmt: skip
def test_each_class_of_credential_has_a_kind(tmp_path: Path, kind: str, ours: str) -> None:
    assert one(tmp_path, node("a", kind))["a"].kind == ours


def test_a_registry_record_is_read_with_the_facts_that_it_states(tmp_path: Path) -> None:
    record = {
        "@id": f"{REGISTRY}ce-1", "@type": "ceterms:MicroCredential", "ceterms:ctid": "ce-1",
        "ceterms:name": {"en-US": "Data Analysis"}, "ceterms:description": {"en-US": "Analyse data."},
        "ceterms:ownedBy": [f"{REGISTRY}ce-org"], "ceterms:inLanguage": ["en-US", "es"],
        "ceterms:subjectWebpage": "https://example.org/data",
        "ceterms:credentialStatusType": {"@type": "ceterms:CredentialAlignmentObject",
                                         "ceterms:targetNode": "credentialStat:Ceased"},
        "ceterms:audienceLevelType": [{"ceterms:targetNode": "audLevel:IntermediateLevel",
                                       "ceterms:targetNodeName": {"en": "Intermediate Level"}}],
        "ceterms:estimatedDuration": [{"@type": "ceterms:DurationProfile", "ceterms:exactDuration": "P8W"},
                                      {"ceterms:minimumDuration": "PT30H", "ceterms:maximumDuration": "PT50H"}],
        "ceterms:estimatedCost": [
            {"@type": "ceterms:CostProfile", "ceterms:currency": "USD", "ceterms:price": 200,
             "ceterms:directCostType": {"ceterms:targetNode": "costType:Tuition"}},
            {"@type": "ceterms:CostProfile", "ceterms:currency": "USD", "ceterms:price": 300.5,
             "ceterms:directCostType": {"ceterms:targetNode": "costType:Tuition"}},
            {"@type": "ceterms:CostProfile", "ceterms:currency": "USD", "ceterms:price": 10,
             "ceterms:directCostType": {"ceterms:targetNode": "costType:TechnologyFee"}},
        ],
        "ceterms:creditValue": [{"schema:value": 3, "ceterms:creditUnitType": ["creditUnit:SemesterHour"]},
                                {"schema:value": 1.5, "ceterms:creditUnitTypeDescription": {"en": "ECTS credits"}}],
        "ceterms:learningDeliveryType": [{"ceterms:targetNode": "deliveryType:OnlineOnly"}],
        "ceterms:assessmentMethodType": [{"ceterms:targetNode": "assessMethod:PerformanceAssessment"}],
        "ceterms:accreditedBy": [{"@id": f"{REGISTRY}ce-qa", "ceterms:name": {"en": "Quality Council"}}],
        "ceterms:teaches": [{"@type": "ceterms:CredentialAlignmentObject",
                             "ceterms:targetNode": "http://data.europa.eu/esco/skill/1",
                             "ceterms:targetNodeName": {"en": "analyse data"}}],
        "ceterms:dateEffective": "2020-05-01", "ceterms:expirationDate": "2021",
        "ceterms:keyword": {"en": ["statistics", "Analyse data"]},
    }  # fmt: skip
    organization = {
        "@id": f"{REGISTRY}ce-org", "@type": "ceterms:CredentialOrganization", "ceterms:name": {"en": "The College"},
    }  # fmt: skip
    found = read(tmp_path, graph(record, organization))
    assert found.refusals == ()
    assert found.items == (
        Credential(
            f"{REGISTRY}ce-1", "Data Analysis", "Analyse data.", "The College", languages=("en", "es"),
            outcomes=(LearningOutcome("analyse data", "http://data.europa.eu/esco/skill/1"),
                      LearningOutcome("statistics", weight=0.4)),
            level="intermediate", workload_hours=40.0, ects=1.5, duration_weeks=8.0, cost=Money(310.5, "USD"),
            participation="online", assessment_type="performance assessment",
            quality_assurance="accredited by Quality Council", url="https://example.org/data", status="withdrawn",
            starts_on=date(2020, 5, 1),
            source="ctdl",
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("iso", "weeks_and_hours"),
    [
        ("P8W", (8.0, 0.0)), ("P1Y", (52.0, 0.0)), ("P6M", (26.0, 0.0)), ("P3D", (0.43, 0.0)), ("PT90M", (0.0, 1.5)),
        ("P1DT2H", (0.14, 2.0)), ("P", (0.0, 0.0)), ("8 weeks", (0.0, 0.0)), ("P1..5W", (0.0, 0.0)), ("", (0.0, 0.0)),
    ],
)  # fmt: skip
def test_a_duration_is_weeks_on_the_calendar_and_hours_on_the_clock(
    iso: str, weeks_and_hours: tuple[float, float]
) -> None:
    assert parse_duration(iso) == weeks_and_hours


def test_required_credentials_of_the_file_are_hard_and_recommended_ones_soft(tmp_path: Path) -> None:
    found = one(
        tmp_path,
        node("a"), node("b"), node("c"), node("d"),
        node("e", requires=[{"@type": "ceterms:ConditionProfile", "ceterms:targetCredential": ["ex:a", "ex:b"]}],
             recommends=[{"@type": "ceterms:ConditionProfile", "ceterms:targetLearningOpportunity": "ex:c"}],
             advancedStandingFrom=[{"ceterms:targetCredential": {"@id": "ex:d"}}]),
    )  # fmt: skip
    assert found["e"].prerequisites == (PrerequisiteGroup("all_of", ("ex:a", "ex:b")),)
    assert [(p.credential_id, p.confidence) for p in found["e"].preparation] == [("ex:c", 0.9), ("ex:d", 0.8)]


def test_edges_that_are_written_from_the_other_end_mean_the_same(tmp_path: Path) -> None:
    found = one(
        tmp_path, node("a", isPreparationFor=["ex:c"], isRequiredFor=["ex:d"]), node("b", supersededBy="ex:c"),
        node("c"), node("d"),
    )  # fmt: skip
    assert found["c"].preparation == (Preparation(credential_id="ex:a", confidence=0.9),)
    assert found["d"].prerequisites == (PrerequisiteGroup("all_of", ("ex:a",)),)
    assert (found["c"].supersedes, found["b"].status) == (("ex:b",), "superseded")


def test_alternative_conditions_are_any_one(tmp_path: Path) -> None:
    profile = {
        "@type": "ceterms:ConditionProfile", "ceterms:targetCredential": "ex:a",
        "ceterms:alternativeCondition": [{"ceterms:targetCredential": "ex:b"}],
    }  # fmt: skip
    found = one(tmp_path, node("a"), node("b"), node("c", requires=[profile]))
    assert found["c"].prerequisites == (PrerequisiteGroup("any_of", ("ex:a", "ex:b")),)


def test_a_required_credential_that_nobody_knows_becomes_words_and_is_reported(tmp_path: Path) -> None:
    outside = [{"@id": "ex:ghost", "ceterms:name": {"en": "Some Diploma"}}, "ex:other", "https://..."]
    found = read(tmp_path, graph(node("a", requires=outside)))
    (a,) = found.items
    assert a.prerequisites == ()
    assert [p.label for p in a.preparation] == ["Some Diploma", "ex:other"]
    assert [r.reason for r in found.refusals] == [
        "requires of 'a' names 'Some Diploma', which is no credential of this file: kept as words",
        "requires of 'a' names 'ex:other', which is no credential of this file: kept as words",
    ]


def test_a_credential_of_an_earlier_import_may_be_required(tmp_path: Path) -> None:
    found = one(tmp_path, node("a", requires=["ex:old"]), known=("ex:old",))
    assert found["a"].prerequisites == (PrerequisiteGroup("all_of", ("ex:old",)),)


def test_conditions_in_words_are_preparation_and_grades_are_not(tmp_path: Path) -> None:
    conditions = [{"ceterms:condition": {"en": ["Minimum Grade: D", "Hold a driving licence"]}},
                  {"ceterms:yearsOfExperience": 2}]  # fmt: skip
    found = one(tmp_path, node("a", requires=conditions))
    assert [p.label for p in found["a"].preparation] == ["Hold a driving licence", "2 years of experience"]


def test_required_competencies_are_outcomes(tmp_path: Path) -> None:
    competency = {"@id": "https://example.org/c1", "@type": "ceasn:Competency", "ceasn:competencyText": {"en": "Add"}}
    profile = {"ceterms:targetCompetency": [{"ceterms:targetNodeName": {"en": "Subtract"}}]}
    found = one(tmp_path, node("a", requires=["https://example.org/c1", profile]), competency)
    assert found["a"].outcomes == (LearningOutcome("Subtract"), LearningOutcome("Add", "https://example.org/c1"))


def condition(number: int | None, *targets: object, **values: object) -> dict[str, object]:
    stated = {} if number is None else {"ceterms:requiredNumber": number}
    return {"@type": "ceterms:ComponentCondition", "ceterms:targetComponent": list(targets), **stated, **values}


def test_two_of_three_components_are_a_group_and_a_stack(tmp_path: Path) -> None:
    badge = "ceterms:CredentialComponent"
    whole = node("d", badge, hasCondition=[condition(2, "ex:a", "ex:b", "ex:c")])
    found = one(tmp_path, *(node(n, badge) for n in "abc"), whole)
    assert found["d"].prerequisites == (PrerequisiteGroup("k_of", ("ex:a", "ex:b", "ex:c"), 2),)
    assert found["d"].stack == StackRule("n_of", 2)
    assert [found[n].stacks_into for n in "abc"] == [("ex:d",)] * 3


def test_a_single_component_is_only_a_prerequisite(tmp_path: Path) -> None:
    found = one(tmp_path, node("a"), node("b", hasCondition=[condition(1, "ex:a")], hasChild="ex:a"))
    assert found["b"].prerequisites == (PrerequisiteGroup("all_of", ("ex:a",)),)
    assert (found["b"].stack, found["a"].stacks_into) == (None, ())


def test_nested_conditions_become_the_groups_that_they_imply(tmp_path: Path) -> None:
    basic = node("part", "ceterms:BasicComponent", hasCondition=[condition(1, "ex:c", "ex:d")])
    found = one(tmp_path, *(node(n) for n in "abcd"), basic, node("e", hasCondition=[condition(2, "ex:a", "ex:part")]),
                node("f", hasCondition=[condition(1, "ex:part", condition(None, "ex:a", "ex:b"))]))  # fmt: skip
    assert found["e"].prerequisites == (
        PrerequisiteGroup("all_of", ("ex:a",)), PrerequisiteGroup("any_of", ("ex:c", "ex:d")),
    )  # fmt: skip
    assert found["f"].prerequisites == (PrerequisiteGroup("any_of", ("ex:c", "ex:d", "ex:a", "ex:b")),)


def test_what_cannot_be_followed_weakens_a_condition_and_never_hardens_it(tmp_path: Path) -> None:
    found = one(tmp_path, node("a"), node("b"), node("c", hasCondition=[condition(2, "ex:a", "ex:b", "ex:ghost")]),
                node("d", hasCondition=[condition(1, "ex:a", "https://...")]))  # fmt: skip
    assert found["c"].prerequisites == (PrerequisiteGroup("any_of", ("ex:a", "ex:b")),)
    assert found["d"].prerequisites == ()


def test_conditions_that_go_round_in_a_circle_end(tmp_path: Path) -> None:
    one_part = node("p", "ceterms:BasicComponent", hasCondition=[condition(None, "ex:q", "ex:a")])
    other_part = node("q", "ceterms:BasicComponent", hasCondition=[condition(None, "ex:p", "ex:a")])
    found = one(tmp_path, node("a"), node("b", hasCondition=[condition(None, "ex:p", "ex:b")]), one_part, other_part)
    assert found["b"].prerequisites == (PrerequisiteGroup("all_of", ("ex:a",)),)


def test_conditions_that_double_at_every_level_are_left_off_in_good_time(tmp_path: Path) -> None:
    parts = [
        node(f"{side}{level}", "ceterms:BasicComponent",
             hasCondition=[condition(None, f"ex:l{level + 1}", f"ex:r{level + 1}")])
        for level in range(40) for side in "lr"
    ]  # fmt: skip
    found = one(tmp_path, *parts, node("l40"), node("r40"), node("top", hasCondition=[condition(None, "ex:l0")]))
    assert set(found) == {"l40", "r40", "top"}


def test_the_order_of_resources_has_no_effect(tmp_path: Path) -> None:
    nodes = [
        node("c", hasCondition=[condition(1, "ex:a", "ex:b")], isPartOf="ex:d"), node("a"), node("b"),
        node("step", "ceterms:CourseComponent", sourceItem="ex:b", prerequisite="ex:a"), node("d", hasPart="ex:a"),
    ]  # fmt: skip
    assert one(tmp_path, *nodes) == one(tmp_path, *reversed(nodes))


def test_parts_of_a_larger_credential_count_toward_it(tmp_path: Path) -> None:
    found = one(tmp_path, node("a", isPartOf="ex:d"), node("b"), node("c"), node("d", hasPart=["ex:b", "ex:c"]))
    assert found["d"].stack == StackRule("all_of")
    assert [found[n].stacks_into for n in "abc"] == [("ex:d",)] * 3


def test_a_component_stands_for_the_thing_itself(tmp_path: Path) -> None:
    course = node("algebra", "ceterms:Course", subjectWebpage="https://example.org/algebra")
    stand_in = node("step", "ceterms:CourseComponent", sourceItem="ex:algebra", prerequisite="ex:sums")
    found = one(tmp_path, course, stand_in, node("sums"), node("c", requires="ex:step"))
    assert set(found) == {"algebra", "sums", "c"}
    assert found["algebra"].prerequisites == (PrerequisiteGroup("all_of", ("ex:sums",)),)
    assert found["c"].prerequisites == (PrerequisiteGroup("all_of", ("ex:algebra",)),)


def test_the_badge_of_an_award_is_read_and_the_person_is_not(tmp_path: Path) -> None:
    document = {
        "@context": ["https://www.w3.org/ns/credentials/v2"], "id": "urn:uuid:1",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {"id": "https://example.org", "type": ["Profile"], "name": "The Issuer"},
        "credentialSubject": {
            "id": "did:example:person", "type": ["AchievementSubject"], "name": "Ada Person",
            "achievement": {
                "id": "https://example.org/badges/1", "type": ["Achievement"], "achievementType": "Certificate",
                "name": "Data Badge", "description": "Works with data.", "criteria": {"narrative": "Do it."},
                "alignment": [{"type": ["Alignment"], "targetName": "SQL", "targetUrl": "https://example.org/sql"}],
                "tag": ["data"],
            },
        },
    }  # fmt: skip
    found = read(tmp_path, document)
    (badge,) = found.items
    assert (badge.title, badge.kind, badge.awarding_body) == ("Data Badge", "certificate", "The Issuer")
    assert badge.outcomes == (
        LearningOutcome("SQL", "https://example.org/sql"), LearningOutcome("data", weight=0.4),
    )  # fmt: skip
    assert "Ada" not in repr(found)


def test_an_open_badges_2_class_is_read(tmp_path: Path) -> None:
    document = {"@context": "https://w3id.org/openbadges/v2", "type": "BadgeClass", "id": "https://example.org/b",
                "name": "Badge", "issuer": {"id": "https://example.org", "name": "Issuer"}, "tags": ["x"],
                "criteria": "https://example.org/criteria"}  # fmt: skip
    (badge,) = read(tmp_path, document).items
    assert (badge.credential_id, badge.awarding_body) == ("https://example.org/b", "Issuer")


def test_a_credential_without_an_id_gets_the_same_one_each_time(tmp_path: Path) -> None:
    document = {"@type": "ceterms:Certificate", "ceterms:name": "A"}
    first, again = read(tmp_path, document), read(tmp_path, [document])
    assert first.items[0].credential_id == again.items[0].credential_id
    assert first.items[0].credential_id.startswith("ctdl-")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('{"@graph": [\n{"@id": "a",}\n]}', 2, "not JSON"),
        ('{"@id": "a", "name": NaN}', 0, "NaN is not a finite number"),
        ('{"@id": "a", "name": 9223372036854775808}', 0, "past 64 bits"),
        ('{"@id": "a", "name": "\\ud800"}', 0, "lone surrogate"),
        ('{"@type": "ceterms:Certificate"}\n{"@type": ', 2, "not JSON"),
        ("[" * 100_000, 0, "nested too deeply"),
        ('{"a":' * 80 + "1" + "}" * 80, 0, "nested deeper than 64 levels"),
        ("", 0, "holds no credential: no resource with an @type"),
        ('{"@type": "skos:Concept"}', 0, "holds no credential"),
        ('{"@type": "ceterms:Certificate", "@id": "x"}', 0, "holds no credential"),
        ('{"@type": "ceasn:Competency", "name": "C"}', 0, "holds no credential: only Competency"),
    ],
)
def test_a_file_without_a_credential_is_refused_with_the_reason(
    tmp_path: Path, text: str, line: int, words: str
) -> None:
    found = read(tmp_path, text)
    assert found.items == ()
    assert [(r.file, r.line, words in r.reason) for r in found.refusals] == [("sample.json", line, True)]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"estimatedCost": [{"ceterms:price": -1, "ceterms:currency": "USD"}]}, "cost_amount is -1"),
        ({"estimatedCost": [{"ceterms:price": 5}]}, "a price and no currency"),
        ({"estimatedCost": [{"ceterms:price": 5, "ceterms:currency": "dollars"}]}, "not an ISO 4217 code"),
        ({"estimatedCost": [{"ceterms:price": "a lot", "ceterms:currency": "USD"}]}, "not a number"),
    ],
)
def test_a_wrong_value_costs_its_own_credential_and_no_other(
    tmp_path: Path, values: dict[str, object], words: str
) -> None:
    found = read(tmp_path, graph(node("a", **values), node("b")))
    assert [c.credential_id for c in found.items] == ["ex:b"]
    assert [words in r.reason for r in found.refusals] == [True]


def test_a_folder_is_one_graph(tmp_path: Path) -> None:
    (tmp_path / "1.json").write_text(json.dumps(node("a", requires="ex:b")))
    (tmp_path / "2.jsonld").write_text(json.dumps(node("b")))
    (tmp_path / "3.json").write_text("{")
    found = read_ctdl(tmp_path)
    assert found.items[0].prerequisites == (PrerequisiteGroup("all_of", ("ex:b",)),)
    assert found.places == {"ex:a": (("1.json", 0),), "ex:b": (("2.jsonld", 0),)}
    assert [(r.file, r.line) for r in found.refusals] == [("3.json", 1)]


def test_a_folder_without_any_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"holds no \.json"):
        read_ctdl(tmp_path)


REAL = {
    "Badgr_Final_-_CTDL-French_BA_Marketable_Skills-Nates.json": 30,
    "Badgr_French_B.A.MarketableSkills_CR_sandbox.json": 30, "Bakersfield_AS_CS_pathway-CSU_transfer.json": 26,
    "CompTIA-IT_Networking_Specialist.jsonld": 8, "Constraints-API.json": 0, "Fluree_Pathway.json": 3,
    "French-B-A-Marketable-Skills.json": 0, "Illinois-IT.json": 36, "UC10.jsonld": 0, "UC18_1_.jsonld": 0,
    "UC19.jsonld": 0, "pathway.json": 48, "s1_1_DegreeInRegistry.json": 1, "s1_3_LinkToDegreeInRegistry.json": 1,
    "s_2_2_CompetenceAndDegree.json": 1, "s_4_1_AssessmentAccreditation.json": 0, "termScheduleType.json": 0,
}  # fmt: skip


@pytest.mark.real_data
@pytest.mark.parametrize(("name", "count"), REAL.items())
def test_each_real_file_is_imported_or_refused_in_one_sentence(real_data: Path, name: str, count: int) -> None:
    found = read_ctdl(real_data / "catalogues" / "ctdl" / name)
    assert len(found.items) == count
    assert len(found.refusals) == (0 if count else 1)
    verdict = validate_batch(found.items, {}, foreign=True, places=found.places)
    assert (len(verdict.accepted), verdict.refusals) == (count, ())


@pytest.mark.real_data
def test_the_real_pathway_ladder_is_kept_as_prerequisites(real_data: Path) -> None:
    found = read_ctdl(real_data / "catalogues" / "ctdl" / "CompTIA-IT_Networking_Specialist.jsonld")
    titles = {c.credential_id: c.title for c in found.items}
    before = {c.title: [titles[m] for g in c.prerequisites for m in g.credential_ids] for c in found.items}
    assert before["CompTIA Security+"] == ["CompTIA Network+"]
    assert before["CompTIA Network+"] == ["CompTIA A+"]
    assert before["CompTIA A+"] == []
