"""The sample in data/: readable whole, consistent, and of use to somebody at every stage toward every occupation."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import pytest

from credpath.domain.catalogue import Credential, eu_missing
from credpath.domain.money import REFERENCE_RATES
from credpath.domain.outcomes import Outcome
from credpath.domain.prerequisites import attainable, dangling_edges, find_cycle, hard_edges, unmet
from credpath.domain.skills import Occupation, Taxonomy
from credpath.errors import Refusal
from credpath.interop.assessments import read_assessments
from credpath.interop.catalogue_jsonl import read_catalogue_jsonl
from credpath.interop.learners import LearnerRecord, read_learners
from credpath.interop.native_taxonomy import read_native_taxonomy
from credpath.interop.outcomes import read_outcomes

DATA = Path(__file__).parent.parent / "data"
LADDERS = DATA / "ladders"
LAST_DAY = datetime(2026, 11, 1, tzinfo=UTC)
ENOUGH = 4  # credentials that close a part of each occupation's gap, at either stage


@cache
def taxonomy() -> Taxonomy:
    (only,) = read_native_taxonomy(DATA / "taxonomy").items
    return only


@cache
def catalogue() -> Mapping[str, Credential]:
    return {credential.credential_id: credential for credential in read_catalogue_jsonl(DATA / "catalogue.jsonl").items}


@cache
def ladders() -> Mapping[str, Credential]:
    return {
        credential.credential_id: credential for credential in read_catalogue_jsonl(LADDERS / "catalogue.jsonl").items
    }


@cache
def learners() -> Mapping[str, LearnerRecord]:
    return {record.learner.learner_id: record for record in read_learners(DATA / "learners.jsonl").items}


@cache
def outcomes() -> tuple[Outcome, ...]:
    return read_outcomes(DATA / "outcomes.csv").items


def active() -> list[Credential]:
    return [credential for credential in catalogue().values() if credential.status == "active"]


@cache
def taught() -> Mapping[str, Mapping[str, float]]:
    """Active credential -> skill URI -> level, as far as the outcomes name skills by URI; degrees left out."""
    return {
        credential.credential_id: {o.skill_uri: o.level for o in credential.outcomes if o.skill_uri}
        for credential in active()
        if credential.kind != "degree"
    }


def teaching(skill_uris: Sequence[str]) -> list[str]:
    """The credentials that teach one of the skills at half level or better."""
    return [name for name, levels in taught().items() if max(levels.get(uri, 0.0) for uri in skill_uris) >= 0.5]


def essential(occupation: Occupation) -> list[str]:
    """URIs of the essential skills, the most important first."""
    wanted = [r for r in occupation.requirements if r.essential]
    return [r.skill_uri for r in sorted(wanted, key=lambda r: (-(r.importance or 0.0), r.skill_uri))]


def test_every_file_is_read_without_a_refusal() -> None:
    refusals: list[Refusal] = [
        *read_native_taxonomy(DATA / "taxonomy").refusals,
        *read_catalogue_jsonl(DATA / "catalogue.jsonl").refusals,
        *read_learners(DATA / "learners.jsonl").refusals,
        *read_outcomes(DATA / "outcomes.csv").refusals,
        *read_assessments(DATA / "assessments.csv").refusals,
        *read_catalogue_jsonl(LADDERS / "catalogue.jsonl").refusals,
        *read_learners(LADDERS / "learners.jsonl").refusals,
        *read_assessments(LADDERS / "assessments.csv").refusals,
    ]
    assert refusals == []


def test_the_sample_is_large_enough_to_be_worth_trying() -> None:
    assert len(taxonomy().occupations) >= 60
    assert len(taxonomy().skills) >= 350
    assert len(catalogue()) >= 200
    assert len(learners()) == 50
    assert 600 <= len(outcomes()) <= 1_200
    assert len(read_assessments(DATA / "assessments.csv").items) >= 250


def test_the_readme_counts_the_rows_of_every_file() -> None:
    rows = dict(re.findall(r"^\| `([^`]+)` \|.*?\| (\d+) \|", (DATA / "README.md").read_text("utf-8"), re.MULTILINE))
    found = {
        "taxonomy/taxonomy.json": 1,
        "taxonomy/skills.csv": len(taxonomy().skills),
        "taxonomy/skill_groups.csv": len(taxonomy().groups),
        "taxonomy/skill_relations.csv": len(taxonomy().relations),
        "taxonomy/occupations.csv": len(taxonomy().occupations),
        "taxonomy/occupation_skills.csv": sum(len(o.requirements) for o in taxonomy().occupations),
        "catalogue.jsonl": len(catalogue()),
        "ladders/catalogue.jsonl": len(ladders()),
        "ladders/learners.jsonl": len(read_learners(LADDERS / "learners.jsonl").items),
        "ladders/assessments.csv": len(read_assessments(LADDERS / "assessments.csv").items),
        "learners.jsonl": len(learners()),
        "outcomes.csv": len(outcomes()),
        "assessments.csv": len(read_assessments(DATA / "assessments.csv").items),
    }
    assert {name: int(count) for name, count in rows.items()} == found


def test_every_occupation_has_skills_tasks_labels_and_codes() -> None:
    for occupation in taxonomy().occupations:
        assert 8 <= len(occupation.requirements) <= 18, occupation.label
        assert 3 <= len(occupation.tasks) <= 6, occupation.label
        assert len(occupation.alt_labels) >= 6, occupation.label
        assert occupation.related_uris, occupation.label
        assert re.fullmatch(r"\d{4}", occupation.isco_code), occupation.label
        assert re.fullmatch(r"\d\d-\d{4}\.\d\d", occupation.soc_code), occupation.label


def test_a_label_belongs_to_one_skill_and_one_occupation_only() -> None:
    for things in (taxonomy().skills, taxonomy().occupations):
        owners: dict[str, set[str]] = defaultdict(set)
        for thing in things:
            for label in (thing.label, *thing.alt_labels):
                owners[label.casefold()].add(thing.uri)
        assert {label: found for label, found in owners.items() if len(found) > 1} == {}


@pytest.mark.parametrize(
    "labels",
    [
        ("communication", "marketing communication", "teach communication"),
        ("Java", "JavaScript"),
        ("project management", "project management software"),
    ],
)
def test_labels_that_are_easily_mixed_up_are_skills_of_their_own(labels: tuple[str, ...]) -> None:
    uris = {skill.label: skill.uri for skill in taxonomy().skills}
    assert len({uris[label] for label in labels}) == len(labels)


def test_no_edge_of_the_catalogue_leads_nowhere_or_round_in_a_circle() -> None:
    records = catalogue().values()
    assert dangling_edges(records, catalogue().keys()) == ()
    assert find_cycle(hard_edges(records)) == ()
    assert find_cycle({c.credential_id: c.stacks_into for c in records}) == ()


def test_every_outcome_that_names_a_skill_names_one_of_the_taxonomy() -> None:
    known = {skill.uri for skill in taxonomy().skills}
    named = {o.skill_uri for c in catalogue().values() for o in c.outcomes if o.skill_uri}
    assert named - known == set()


def test_every_active_credential_can_be_reached_from_nothing() -> None:
    names = [c.credential_id for c in active()]
    assert set(names) - attainable(catalogue(), names, ()) == set()


def test_every_stack_has_enough_members_and_every_member_counts_toward_a_stack() -> None:
    members: dict[str, list[Credential]] = defaultdict(list)
    for credential in catalogue().values():
        for stack in credential.stacks_into:
            members[stack].append(credential)
    stacks = {c.credential_id: c.stack for c in catalogue().values() if c.stack}
    assert set(members) == set(stacks)
    for name, rule in stacks.items():
        found = len(members[name]) if rule.kind != "credits" else sum(m.ects or 0.0 for m in members[name])
        assert found >= max(2.0, rule.amount), name
    assert len(stacks) >= 25
    assert sum(catalogue()[name].kind == "degree" for name in stacks) >= 4


def test_ladders_are_deep_and_use_every_kind_of_prerequisite_group() -> None:
    edges = hard_edges(catalogue().values())

    def depth(name: str) -> int:
        return 1 + max((depth(before) for before in edges[name]), default=0)

    assert max(map(depth, edges)) >= 5
    assert {g.kind for c in catalogue().values() for g in c.prerequisites} == {"all_of", "any_of", "k_of"}


def test_a_record_is_either_illustrative_or_a_dated_fact_with_a_url() -> None:
    for credential in catalogue().values():
        assert credential.illustrative != bool(credential.as_of and credential.url), credential.credential_id
        assert credential.illustrative == credential.awarding_body.endswith("(illustrative)"), credential.credential_id
        assert not (credential.illustrative and credential.url), credential.credential_id


def test_the_catalogue_is_as_varied_as_real_ones() -> None:
    records = catalogue().values()
    assert len({c.awarding_body for c in records}) >= 25
    assert len({c.country for c in records if c.country}) >= 12
    assert {"en", "es", "fr", "de", "pt"} <= {code for c in records for code in c.languages}
    assert {c.status for c in records} == {"active", "planned", "superseded", "withdrawn"}
    assert sum(bool(c.countries_open_to) for c in records) >= 5
    assert any(not c.outcomes for c in active())
    assert any(not o.skill_uri for c in active() for o in c.outcomes)
    assert any(c.cost and c.cost.currency not in REFERENCE_RATES for c in records)


def test_most_records_are_complete_by_the_european_elements_and_a_good_share_is_not() -> None:
    complete = sum(not eu_missing(c) for c in catalogue().values()) / len(catalogue())
    assert 0.6 <= complete <= 0.9


def test_what_is_superseded_is_named_by_something_newer() -> None:
    replaced = {old for c in catalogue().values() for old in c.supersedes}
    assert {c.credential_id for c in catalogue().values() if c.status == "superseded"} == replaced


def test_nearly_every_skill_is_taught_and_the_readme_names_the_others() -> None:
    reached = {uri for levels in taught().values() for uri in levels}
    missing = {skill.label for skill in taxonomy().skills if skill.uri not in reached}
    readme = " ".join((DATA / "README.md").read_text("utf-8").split())
    assert 1 <= len(missing) <= 15
    assert all(label in readme for label in missing)


@pytest.mark.parametrize("occupation", taxonomy().occupations, ids=lambda o: o.label)
def test_an_occupation_is_served_for_a_beginner_and_for_somebody_half_way(occupation: Occupation) -> None:
    wanted = essential(occupation)
    first = [name for name in teaching(wanted) if not catalogue()[name].prerequisites]
    assert len(first) >= ENOUGH
    assert len(teaching(wanted[len(wanted) // 2 :])) >= ENOUGH


def test_histories_name_known_learners_and_credentials_before_the_last_day() -> None:
    for outcome in outcomes():
        assert outcome.learner_id in learners()
        assert outcome.credential_id in catalogue()
        assert datetime(2024, 1, 1, tzinfo=UTC) <= outcome.occurred_at < LAST_DAY
    assert len({outcome.outcome_id for outcome in outcomes()}) == len(outcomes())
    assert {outcome.kind for outcome in outcomes()} == {
        "clicked", "enrolled", "started", "completed", "awarded", "dropped", "dismissed",
    }  # fmt: skip


@pytest.mark.parametrize("learner_id", sorted(learners()))
def test_nobody_enrols_before_the_prerequisites_are_held(learner_id: str) -> None:
    earlier = {a.credential_id for a in learners()[learner_id].awards if a.awarded_at.date() < date(2024, 1, 1)}
    held = set(earlier)
    for outcome in sorted((o for o in outcomes() if o.learner_id == learner_id), key=lambda o: o.occurred_at):
        if outcome.kind == "enrolled":
            assert unmet(catalogue()[outcome.credential_id], held) == (), outcome.credential_id
        if outcome.kind in ("completed", "awarded"):
            held.add(outcome.credential_id)


def test_every_award_of_a_history_stands_in_the_learner_record() -> None:
    stated = {(name, award.credential_id) for name, record in learners().items() for award in record.awards}
    told = {(o.learner_id, o.credential_id) for o in outcomes() if o.kind == "awarded"}
    assert told <= stated
    assert {credential_id for _, credential_id in stated} <= catalogue().keys()


def test_some_learners_have_nothing_but_a_goal() -> None:
    acted = {outcome.learner_id for outcome in outcomes()}
    new = [r for name, r in learners().items() if name not in acted and not r.awards and not r.learner.profile.country]
    assert len(new) >= 3
    assert all(record.learner.profile.goal for record in learners().values())


def test_assessed_skills_are_skills_of_the_taxonomy_by_uri_or_label() -> None:
    known = {text for skill in taxonomy().skills for text in (skill.uri, skill.label)}
    results = read_assessments(DATA / "assessments.csv").items
    assert {result.skill for result in results} <= known
    assert {result.learner_id for result in results} <= learners().keys()
    share = Counter(bool(result.item_id) for result in results)[True] / len(results)
    assert 0.1 <= share <= 0.9
