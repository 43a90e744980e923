from __future__ import annotations

import ast
from pathlib import Path

import pytest

from credpath.domain.money import Money
from credpath.domain.paths import Reason
from credpath.domain.sayings import Saying
from credpath.recommender import path_templates, reason_templates, wording
from credpath.recommender.planning import plan
from credpath.recommender.recommend import recommend
from credpath.recommender.wording import part, places, reason, said, sentence
from tests.recommender.worlds import SKILLS, after_skill, ask, goal_of, index_of, learner, needs, offer, stack, teaches

MODULES = [Path(module.__file__ or "") for module in (reason_templates, wording)]


def many_reasons() -> list[Reason]:
    """Of a catalogue that gives every kind of reason which needs no log."""
    index = index_of(
        {
            offer("a", title="First 100% steps", workload_hours=16.0, cost=Money(49, "EUR")): teaches("excel"),
            offer("b", title="Later", prerequisites=needs("a")): teaches("sql", "statistics"),
            offer("c", stacks_into=("s",), ects=2.0, workload_hours=None, rating=4.8, rating_count=900): teaches("sql"),
            offer("d", duration_weeks=4.0, workload_hours=None, preparation=after_skill("python")): teaches(*SKILLS),
            offer("e", workload_hours=None, level="advanced", cost=Money(0, "EUR")): teaches("sql", declared=False),
            offer("f", cost=Money(300, "XOF"), learner_count=12_304): (),
            offer("s", title="The whole", stack=stack("n_of", 3)): (),
        }
    )
    who = learner(sql=0.1)
    asks = [ask(goal_of(*SKILLS), who, limit=20, budget=Money(500, "USD")), ask(goal_of(text=""), who, limit=20)]
    return [one for asked in asks for item in recommend(index, asked).items for one in item.reasons]


def test_every_reason_can_be_said_again_from_its_template_and_values() -> None:
    found = many_reasons()
    assert len({one.template for one in found}) > 12
    for one in found:
        assert one.sentence == sentence(said(one.template, one.values))


def test_every_template_of_a_reason_is_one_that_translators_see() -> None:
    marked = {text for module in MODULES for text in literals(module)}
    for one in many_reasons():
        assert one.template in marked
        for value in one.values.values():
            parts = value if isinstance(value, tuple) else (value,)
            for nested in parts:
                if isinstance(nested, Saying) and not nested.template.startswith("{n:"):
                    assert nested.template in marked


def test_templates_are_sentences_and_name_no_place_twice() -> None:
    for text in literals(MODULES[0]):
        names = [name for _, name, _ in places(text) if name]
        assert len(names) == len(set(names))
        assert text[0] in "{" or text.endswith(".") or text[0].islower()


def test_what_is_said_of_a_path_can_be_said_again() -> None:
    index = index_of({offer(k, cost=Money(40, "EUR"), languages=("de",)): teaches(k) for k in ("sql", "statistics")})
    limits = {"weeks": 2.0, "hours_per_week": 5.0, "budget": Money(50, "EUR"), "languages": frozenset({"en"})}
    found = [
        plan(index, ask(goal_of(*SKILLS), None, **more)) for more in (limits, {**limits, "languages": frozenset()})
    ]
    given = [one for path in found for one in path.concessions]
    marked = literals(Path(path_templates.__file__))
    assert given
    for one in given:
        assert one.sentence == sentence(said(one.template, one.values))
        assert one.template in marked
    for path in found:
        assert path.remarks
        assert path.would_have_to_give == (*(c.sentence for c in path.concessions), *map(part, path.remarks))


def test_values_that_look_like_places_are_left_alone() -> None:
    told = reason("unlocks", "Unlocks {titles:list1}.", 1.0, titles=("100% {name} %s", "b"))
    assert told.sentence == "Unlocks 100% {name} %s and 1 more."


def test_a_reason_begins_with_a_capital_and_ends_with_one_stop() -> None:
    assert reason("unlocks", "{title} first.", 1.0, title="sql ...").sentence == "Sql ... first."
    assert reason("unlocks", "Needs {title}.", 1.0, title="sql ...").sentence == "Needs sql ."


def test_parts_may_be_words_or_have_places_of_their_own() -> None:
    nested = Saying("{skill} (by way of {other})", {"skill": "SQL", "other": Saying("your goal")})
    assert part(nested) == "SQL (by way of your goal)"
    assert said("{skills:list}", {"skills": ("a", nested)}) == "a and SQL (by way of your goal)"


def test_reasons_are_equal_by_what_they_say() -> None:
    told = reason("cost", "Costs {cost:money}.", 49.0, cost=Money(49, "EUR"))
    assert told == Reason("cost", "Costs 49 EUR.", 49.0)
    assert hash(told) == hash(Reason("cost", "Costs 49 EUR.", 49.0))


@pytest.mark.parametrize(("kind", "text"), [("hour", "1 hour"), ("ECTS", "1 ECTS"), ("learner", "1 learner")])
def test_units_agree_in_number(kind: str, text: str) -> None:
    assert said(f"{{n:{kind}}}", {"n": 1.0}) == text


def literals(module: Path) -> set[str]:
    """Every string of a module that a call marks."""
    calls = [node for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    marks = [c for c in calls if isinstance(c.func, ast.Name) and c.func.id in ("message", "Saying", "plural")]
    return {str(a.value) for c in marks for a in c.args if isinstance(a, ast.Constant)}
