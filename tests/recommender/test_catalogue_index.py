from __future__ import annotations

import json
import time
from dataclasses import fields
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from credpath.domain.catalogue import LearningOutcome
from credpath.domain.money import Money
from credpath.errors import BundleRefused, InvalidInput
from credpath.recommender.catalogue_files import PARTS
from credpath.recommender.catalogue_index import CatalogueIndex, language_code, same_title
from credpath.recommender.csr import Lists
from credpath.recommender.recommend import recommend
from tests.recommender.worlds import after_skill, ask, goal_of, index_of, needs, offer, stack, teaches
from training.synthetic_catalogue import make_catalogue, make_skills

FULL = offer(
    "full", title="Größe ✓", description="x", awarding_body="B", country="DE", languages=("de", "en"),
    outcomes=(LearningOutcome("SQL", "urn:sql", 0.5, 0.25), LearningOutcome("words")),
    prerequisites=needs("a", "b", kind="k_of", k=1),
    preparation=after_skill("excel"), stacks_into=("s",), supersedes=("old",), kind="certificate", eqf_level=5,
    ects=2.5, duration_weeks=4.0, cost=Money(49.5, "EUR"), participation="online", assessment_type="exam",
    quality_assurance="yes", supervision="none", url="https://example.org/full", rating=4.5, rating_count=10,
    learner_count=100, starts_on=date(2026, 1, 1), ends_on=date(2027, 1, 1), countries_open_to=("EU",),
    illustrative=True, as_of=date(2026, 2, 3), source="native",
)  # fmt: skip


def small() -> CatalogueIndex:
    return index_of(
        {
            FULL: teaches("sql", "statistics"),
            offer("a"): teaches("excel"),
            offer("b"): (),
            offer("s", stack=stack("credits", 2)): (),
        },
        vectors={"a": [1.0], "full": [0.6, 0.8]},
    )


def arrays(index: CatalogueIndex) -> dict[str, np.ndarray]:  # type: ignore[type-arg]
    found = {"vectors": index.vectors}
    for part in PARTS:
        for field in fields(getattr(index, part)):
            value = getattr(getattr(index, part), field.name)
            if isinstance(value, Lists):
                found |= {f"{part}.{field.name}.starts": value.starts, f"{part}.{field.name}": value.values}
            elif isinstance(value, np.ndarray):
                found[f"{part}.{field.name}"] = value
    return found


def assert_same(one: CatalogueIndex, other: CatalogueIndex) -> None:
    left, right = arrays(one), arrays(other)
    assert left.keys() == right.keys()
    for name, values in left.items():
        assert values.dtype == right[name].dtype, name
        np.testing.assert_array_equal(values, right[name], err_msg=name)
    for name in ("version", "credentials", "ids", "position", "currencies", "countries", "titles"):
        assert getattr(one, name) == getattr(other, name)
    assert (one.space.uris, one.space.labels) == (other.space.uris, other.space.labels)
    assert one.graph.outside == other.graph.outside


def test_what_is_loaded_is_what_was_saved(tmp_path: Path) -> None:
    index = small()
    index.save(tmp_path / "made" / "here")
    assert_same(index, CatalogueIndex.load(tmp_path / "made" / "here"))


def test_a_loaded_index_gives_the_same_answer(tmp_path: Path) -> None:
    index = small()
    index.save(tmp_path)
    request = ask(goal_of("sql", "excel"), vector=[1.0])
    one, other = recommend(index, request), recommend(CatalogueIndex.load(tmp_path), request)
    assert one.items == other.items
    np.testing.assert_array_equal(one.features, other.features)


def test_saving_twice_writes_the_same_bytes(tmp_path: Path) -> None:
    small().save(tmp_path / "1")
    small().save(tmp_path / "2")
    names = sorted(p.name for p in (tmp_path / "1").iterdir())
    assert names == ["arrays.npz", "credentials.jsonl", "index.faiss", "index.json"]
    assert all((tmp_path / "1" / n).read_bytes() == (tmp_path / "2" / n).read_bytes() for n in names)


def test_the_order_of_rows_has_no_effect() -> None:
    skills = make_skills(200, seed=3)
    made = make_catalogue(60, skills, seed=3, dimensions=8)
    order = np.argsort([c.credential_id for c in made.credentials])
    vectors = made.vectors[order]
    forward = CatalogueIndex.build(made.credentials, made.links, vectors, skills, "v")
    backward = CatalogueIndex.build(made.credentials[::-1], made.links, vectors, skills, "v")
    assert_same(forward, backward)


def test_an_index_of_another_format_is_refused_with_what_to_do(tmp_path: Path) -> None:
    small().save(tmp_path)
    facts = json.loads((tmp_path / "index.json").read_text(encoding="utf-8"))
    (tmp_path / "index.json").write_text(json.dumps(facts | {"format": 0}), encoding="utf-8")
    with pytest.raises(BundleRefused, match=r"training\.bundle"):
        CatalogueIndex.load(tmp_path)


def test_an_empty_catalogue_can_be_built_saved_and_loaded(tmp_path: Path) -> None:
    empty = index_of({})
    empty.save(tmp_path)
    assert CatalogueIndex.load(tmp_path).ids == ()


def test_a_repeated_id_or_a_missing_vector_is_refused() -> None:
    skills, rows = make_skills(5), np.zeros((2, 4), dtype=np.float32)
    with pytest.raises(InvalidInput, match="1 ids for 2 credentials"):
        CatalogueIndex.build([offer("a"), offer("a", title="other")], {}, rows, skills, "v")
    with pytest.raises(InvalidInput, match="2 vectors"):
        CatalogueIndex.build([offer("a")], {}, rows, skills, "v")


def test_vectors_outlive_the_array_that_they_were_built_from() -> None:
    rows = np.eye(2, 4, dtype=np.float32)
    index = CatalogueIndex.build([offer("a"), offer("b")], {}, rows, make_skills(5), "v")
    rows[:] = 7.0
    assert index.vectors.tolist() == np.eye(2, 4).tolist()


@pytest.mark.parametrize(("tag", "code"), [("en-US", "en"), (" EN ", "en"), ("pt_BR", "pt"), ("", "")])
def test_a_language_is_its_first_subtag(tag: str, code: str) -> None:
    assert language_code(tag) == code


def test_titles_that_differ_in_case_and_punctuation_are_the_same() -> None:
    assert same_title("Data-Analysis: Part 1") == same_title("data analysis part 1")
    assert same_title("!!!") != same_title("???")


def test_a_thousand_credentials_are_built_and_loaded_in_moments(tmp_path: Path) -> None:
    skills = make_skills(2_000)
    made = make_catalogue(1_000, skills, dimensions=16)
    started = time.process_time()
    index = CatalogueIndex.build(made.credentials, made.links, made.vectors, skills, "v")
    built = time.process_time() - started
    index.save(tmp_path)
    started = time.process_time()
    CatalogueIndex.load(tmp_path)
    loaded = time.process_time() - started
    assert built < 2.0  # generous: 0.15 s on an idle machine
    assert loaded < 1.0  # 0.08 s
