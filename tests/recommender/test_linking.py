"""What a credential declares is linked as it says; only where that gives nothing, skills are inferred from its text."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credpath.domain.catalogue import Credential, LearningOutcome, SkillLink
from credpath.domain.skills import Taxonomy
from credpath.recommender.encoding import FloatArray, HashEncoder
from credpath.recommender.linking import (
    IN_DESCRIPTION,
    IN_TITLE,
    MOST_INFERRED,
    credential_text,
    link_catalogue,
    text_digest,
)
from credpath.recommender.mentions import KnownWords, find_mentions
from credpath.recommender.skill_index import SkillIndex
from tests.recommender.skill_taxonomy import taxonomy, uri

ENCODER = HashEncoder()


@pytest.fixture(scope="module")
def skills() -> SkillIndex:
    return SkillIndex.build(taxonomy(), ENCODER)


def credential(title: str = "A short course", description: str = "", *outcomes: LearningOutcome) -> Credential:
    return Credential("c1", title, description, outcomes=outcomes)


def link(skills: SkillIndex, subject: Credential) -> dict[str, SkillLink]:
    """Label of the skill -> link."""
    links = link_catalogue([subject], skills, ENCODER)[subject.credential_id]
    labels = dict(zip(skills.uris, skills.labels, strict=True))
    return {labels[one.skill_uri]: one for one in links}


def test_an_outcome_with_a_uri_of_the_taxonomy_is_linked_with_certainty(skills: SkillIndex) -> None:
    found = link(skills, credential("T", "", LearningOutcome("querying data", uri("SQL"), level=0.5, weight=0.8)))
    one = found["SQL"]
    assert (one.confidence, one.method, one.declared, one.label) == (1.0, "uri", True, "querying data")
    assert one.strength == pytest.approx(0.4)


def test_a_uri_of_another_taxonomy_falls_back_on_the_label(skills: SkillIndex) -> None:
    found = link(skills, credential("T", "", LearningOutcome("Structured query: SQL", "urn:other:7"),
                                    LearningOutcome("Problem Solving", "urn:other:8")))  # fmt: skip
    assert found["solve problems"].method == "label"
    assert found["solve problems"].declared


def test_an_outcome_known_by_uri_alone_carries_the_label_of_its_skill(skills: SkillIndex) -> None:
    assert link(skills, credential("T", "", LearningOutcome("", uri("SQL"))))["SQL"].label == "SQL"


def test_an_outcome_written_as_a_sentence_links_the_skills_that_it_names(skills: SkillIndex) -> None:
    sentence = "Explain deep learning and apply it to photography in daily work"
    found = link(skills, credential("T", "", LearningOutcome(sentence)))
    assert {"deep learning", "photography"} <= found.keys()
    assert all(one.declared and one.label == sentence and one.confidence < 0.8 for one in found.values())


def test_two_outcomes_that_mean_one_skill_give_one_link_the_strongest(skills: SkillIndex) -> None:
    weak, strong = LearningOutcome("Python", weight=0.2), LearningOutcome("Python Programming", weight=1.0)
    found = link(skills, credential("T", "", weak, strong))
    assert [one.label for one in found.values()] == ["Python Programming"]


def test_skills_named_in_title_and_description_are_inferred_the_title_counting_more(skills: SkillIndex) -> None:
    found = link(
        skills, credential("Deep Learning in Practice", "Along the way you meet deep learning and SQL, a lot of SQL.")
    )
    assert not found["deep learning"].declared
    assert found["deep learning"].confidence == pytest.approx(IN_TITLE)
    assert found["deep learning"].strength > 0.5
    if "SQL" in found:
        assert found["SQL"].confidence <= IN_DESCRIPTION


def test_declared_outcomes_keep_the_description_out(skills: SkillIndex) -> None:
    subject = credential("T", "About photography, statistics and economics.", LearningOutcome("SQL"))
    assert link(skills, subject).keys() == {"SQL"}


def test_a_title_adds_a_skill_to_declared_ones(skills: SkillIndex) -> None:
    found = link(skills, credential("Photography with SQL", "", LearningOutcome("SQL")))
    assert found["SQL"].declared
    assert not found["photography"].declared


def test_declared_outcomes_that_all_fail_are_replaced_by_inferred_ones(skills: SkillIndex) -> None:
    found = link(skills, credential("Statistics", "", LearningOutcome("Xylotherapy"), LearningOutcome("Qi alignment")))
    assert found["statistics"].confidence == pytest.approx(IN_TITLE)
    assert not found["statistics"].declared


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Learn deep learning and machine learning", ["deep learning", "machine learning"]),
        ("Deep-learning for all. Machine. Learning", ["Deep-learning"]),
        ("R is nice; R programming is nicer", ["R"]),
        ("go and sing a plan, then r & c", []),
        ("Java for JavaScript developers", ["Java", "JavaScript"]),
        ("Java Script javascripts", ["Java"]),
        ("Plan your life", ["Plan"]),  # refused later, since its skill is written "plan"
        ("the photography of statistics", ["photography", "statistics"]),
        ("problem solving, solving problems, and problems", ["problem solving", "solving problems"]),
        ("perform project management", ["perform project management"]),
        ("Introduction to C++ and C#.", ["C++", "C#"]),
        ("", []),
        ("\ud800 \x00 🚀", []),
    ],
)
def test_mentions_are_the_longest_runs_that_are_labels(skills: SkillIndex, text: str, named: list[str]) -> None:
    assert [m.text for m in find_mentions(text, KnownWords(skills.lookup))] == named


@pytest.mark.parametrize(
    ("title", "named"),
    [
        ("Learn Spanish", True), ("Spanish for nurses", True), ("Spanish grammar", True),
        ("The Spanish empire", False), ("Spanish art", False), ("Plan your life", False), ("A plan", False),
        ("Sing along", False), ("SQL", True), ("Photography", True), ("R in the wild", False),
    ],
)  # fmt: skip
def test_a_single_word_links_only_where_it_is_the_skill(skills: SkillIndex, title: str, named: bool) -> None:
    found = link(skills, credential(title)).values()
    assert any(one.method == "label" for one in found) is named


def test_what_nothing_names_may_be_near_in_meaning_with_low_confidence(skills: SkillIndex) -> None:
    one = link(skills, credential("A plan"))["plan"]
    assert (one.method, one.declared) == ("embedding", False)
    assert 0.5 <= one.confidence <= 0.7
    assert link(skills, credential("A plan", "And then all about something else, quite at length.")) == {}


def test_teaching_verbs_are_not_inferred_from_their_object(skills: SkillIndex) -> None:
    found = link(skills, credential("Communication methods", "Communication methods at work"))
    assert "teach communication methods" not in found


def test_only_so_many_skills_are_inferred(skills: SkillIndex) -> None:
    everything = ", ".join(label for label in skills.labels if label.islower())
    assert len(link(skills, credential(everything[:480], everything))) <= MOST_INFERRED


def test_the_order_of_credentials_has_no_effect_and_each_gets_an_entry(skills: SkillIndex) -> None:
    batch = [
        Credential(f"c{n}", title, "With statistics", outcomes=tuple(map(LearningOutcome, labels)))
        for n, (title, labels) in enumerate(
            [
                ("Deep learning", []),
                ("Nothing", ["Python", "SQL"]),
                ("Photography", []),
                ("Nothing", []),
                ("T", ["SQL"]),
            ]
        )
    ]
    told: list[int] = []
    one = link_catalogue(batch, skills, ENCODER, told.append)
    assert one == link_catalogue(batch[::-1], skills, ENCODER)
    assert one.keys() == {c.credential_id for c in batch}
    assert told == [1, 2, 3, 4, 5]


def test_an_empty_batch_and_an_empty_taxonomy_give_no_links(skills: SkillIndex) -> None:
    assert link_catalogue([], skills, ENCODER) == {}
    empty = SkillIndex.build(Taxonomy("empty", "1", "", (), ()), ENCODER)
    assert link_catalogue([credential("SQL", "SQL", LearningOutcome("SQL"))], empty, ENCODER) == {"c1": ()}


texts = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"), max_size=80)


@settings(max_examples=80, deadline=None)
@given(texts.filter(str.strip), texts, st.lists(texts.filter(str.strip), max_size=4))
def test_any_credential_gets_sound_links(skills: SkillIndex, title: str, description: str, labels: list[str]) -> None:
    subject = credential(title, description, *map(LearningOutcome, labels))
    for one in link_catalogue([subject], skills, ENCODER)["c1"]:
        assert one.skill_uri in skills.position
        assert 0.0 < one.confidence <= 1.0
        assert 0.0 <= one.strength <= 1.0


def test_each_distinct_text_is_encoded_once(skills: SkillIndex) -> None:
    class Counting(HashEncoder):
        def __init__(self) -> None:
            super().__init__()
            self.texts: list[str] = []

        def encode(self, texts: Sequence[str]) -> FloatArray:
            self.texts += texts
            return super().encode(texts)

    counting = Counting()
    batch = [Credential(f"c{n}", "T", outcomes=(LearningOutcome("Data Analysis"),)) for n in range(50)]
    link_catalogue(batch, skills, counting)
    assert counting.texts.count("Data Analysis") == 1


def test_the_text_of_a_credential_is_title_outcomes_and_the_beginning_of_its_description() -> None:
    subject = credential("Title", "word " * 500, LearningOutcome("Python"), LearningOutcome("", uri("SQL")))
    text = credential_text(subject)
    assert text.startswith("Title. Python. word word")
    assert len(text) < 350
    assert credential_text(credential("Title")) == "Title"


def test_a_text_digest_is_stable_short_and_told_apart() -> None:
    assert text_digest("SQL") == text_digest("SQL")
    assert len(text_digest("\ud800")) == 32
    assert text_digest("SQL") != text_digest("sql")
