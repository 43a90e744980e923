"""The ladders of data/: whole together with the catalogue, and a path that shows what they are there for."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from credpath.domain.catalogue import Credential, eu_missing
from credpath.domain.prerequisites import attainable, dangling_edges, find_cycle, hard_edges
from credpath.interop.assessments import read_assessments
from credpath.interop.catalogue_jsonl import read_catalogue_jsonl
from credpath.interop.learners import read_learners
from credpath.interop.native_taxonomy import read_native_taxonomy

DATA = Path(__file__).parent.parent / "data"
LADDERS = DATA / "ladders"


@cache
def ladders() -> Mapping[str, Credential]:
    return {c.credential_id: c for c in read_catalogue_jsonl(LADDERS / "catalogue.jsonl").items}


@cache
def everything() -> Mapping[str, Credential]:
    return {c.credential_id: c for c in read_catalogue_jsonl(DATA / "catalogue.jsonl").items} | ladders()


def test_they_lead_nowhere_but_into_the_catalogue_and_never_round_in_a_circle() -> None:
    records = everything().values()
    assert dangling_edges(records, everything().keys()) == ()
    assert find_cycle(hard_edges(records)) == ()
    assert not ladders().keys() & {c.credential_id for c in read_catalogue_jsonl(DATA / "catalogue.jsonl").items}


def test_every_one_can_be_reached_from_nothing_and_is_a_complete_illustration() -> None:
    assert set(ladders()) <= attainable(everything(), list(everything()), ())
    for credential in ladders().values():
        assert credential.illustrative
        assert not credential.url
        assert credential.awarding_body.endswith("(illustrative)")
        assert credential.stack or eu_missing(credential) == ()


def test_their_skills_are_those_of_the_taxonomy() -> None:
    (taxonomy,) = read_native_taxonomy(DATA / "taxonomy").items
    labels = {skill.uri: skill.label for skill in taxonomy.skills}
    for credential in ladders().values():
        for outcome in credential.outcomes:
            assert labels[outcome.skill_uri] == outcome.label


def test_they_show_every_kind_of_stack_group_and_price_and_days_to_begin() -> None:
    records = ladders().values()
    assert {c.stack.kind for c in records if c.stack} == {"all_of", "n_of", "credits"}
    assert {g.kind for c in records for g in c.prerequisites} == {"all_of", "any_of", "k_of"}
    assert {c.cost.currency for c in records if c.cost} == {"EUR", "GBP", "AUD", "SGD"}
    assert any(c.cost and c.cost.amount == 0 for c in records)
    assert {c.participation for c in records} == {"online", "blended", "onsite"}
    assert len({c.quality_assurance for c in records}) == 3
    assert sum(bool(c.starts_on and c.ends_on) for c in records) == 4
    assert any(c.countries_open_to for c in records)
    assert any(len(c.prerequisites) > 1 for c in records)


def test_every_stack_can_be_completed_by_its_members() -> None:
    members: dict[str, list[Credential]] = defaultdict(list)
    for credential in ladders().values():
        for stack in credential.stacks_into:
            members[stack].append(credential)
    for name, found in members.items():
        rule = everything()[name].stack
        assert rule is not None
        brought = sum(m.ects or 0.0 for m in found) if rule.kind == "credits" else len(found)
        assert brought >= max(2.0, rule.amount)


def test_the_learners_hold_and_were_assessed_in_what_there_is() -> None:
    learners = {record.learner.learner_id: record for record in read_learners(LADDERS / "learners.jsonl").items}
    for record in learners.values():
        assert {award.credential_id for award in record.awards} <= everything().keys()
    (taxonomy,) = read_native_taxonomy(DATA / "taxonomy").items
    labels = {skill.label for skill in taxonomy.skills}
    for result in read_assessments(LADDERS / "assessments.csv").items:
        assert result.learner_id in learners
        assert result.skill in labels


def test_the_readme_names_credentials_and_learners_that_there_are() -> None:
    section = (DATA / "README.md").read_text("utf-8").partition("## Ladders")[2].partition("\n## ")[0]
    named = set(re.findall(r"\b((?:eu|ph|sp|wi|ab)-open-[\w-]+\w)\b", section))
    assert named <= ladders().keys()
    assert set(re.findall(r"ladder-\w+", section)) == {
        record.learner.learner_id for record in read_learners(LADDERS / "learners.jsonl").items
    }
