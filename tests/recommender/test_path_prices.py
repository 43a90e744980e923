from __future__ import annotations

from credpath.recommender.planning import plan_all
from tests.recommender.worlds import FewSkills, ask, goal_of, ids, index_of, offer, teaches


def test_a_text_that_the_encoder_cannot_read_is_not_taken_for_another_field() -> None:
    labels = tuple(f"s{n:02}" for n in range(20))
    far, near = (0.0, 1.0), (1.0, 0.0)
    offers = {
        offer("first", languages=("en",)): teaches(*labels[:10]),
        offer("foreign", languages=("es",)): teaches("s10"),
        offer("strange", languages=("en",)): teaches("s11"),
    }
    vectors = {"first": near, "foreign": far, "strange": far}
    index = index_of(offers, skills=FewSkills(labels), vectors=vectors)
    assert ids(plan_all(index, ask(goal_of(*labels), vector=near))[0].steps) == ["first", "foreign"]
