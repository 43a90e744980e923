from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from credpath.service.neighbourhood import Edge, Neighbourhood, Node
from credpath.web.charts_graph import HEIGHT, LINE, LINES, WIDTH, broken, picture_of


def of(layers: dict[str, int], *pairs: tuple[str, str]) -> Neighbourhood:
    nodes = tuple(Node(name, "credential", name, layer) for name, layer in layers.items())
    return Neighbourhood(next(iter(layers)), nodes, tuple(Edge(a, b, "requires") for a, b in pairs), 0)


def test_nodes_stand_in_the_columns_of_their_layers() -> None:
    picture = picture_of(of({"c": 0, "a": -1, "b": 1}, ("a", "c"), ("c", "b")))
    x = {placed.node.node_id: placed.x for placed in picture.nodes}
    assert x["a"] < x["c"] < x["b"]
    assert [placed.focus for placed in picture.nodes if placed.node.node_id == "c"] == [True]


def test_lines_that_need_not_cross_do_not() -> None:
    found = of({"a1": 0, "a2": 0, "b1": 1, "b2": 1}, ("a1", "b2"), ("a2", "b1"))
    y = {placed.node.node_id: placed.y for placed in picture_of(found).nodes}
    assert (y["a1"] < y["a2"]) == (y["b2"] < y["b1"])


names = st.lists(st.tuples(st.text(max_size=80), st.integers(-2, 2)), min_size=1, max_size=30)


@given(names, st.lists(st.tuples(st.integers(0, 29), st.integers(0, 29)), max_size=40))
def test_no_two_nodes_overlap_and_all_lie_in_the_picture(
    drawn: list[tuple[str, int]], joined: list[tuple[int, int]]
) -> None:
    nodes = tuple(Node(str(n), "skill", label, layer) for n, (label, layer) in enumerate(drawn))
    edges = tuple(Edge(str(a), str(b), "teaches") for a, b in joined if a != b and max(a, b) < len(nodes))
    picture = picture_of(Neighbourhood("0", nodes, edges, 0))
    placed = picture.nodes
    for one in placed:
        assert 0 <= one.x <= picture.width - WIDTH
        assert 0 <= one.y <= picture.height - HEIGHT + 1
        assert len(one.lines) <= LINES
        assert all(len(line) <= LINE for line in one.lines)
    for place, one in enumerate(placed):
        for other in placed[place + 1 :]:
            assert abs(one.x - other.x) >= WIDTH or abs(one.y - other.y) >= HEIGHT


def test_a_long_label_is_cut_with_an_ellipsis() -> None:
    assert broken("short") == ("short",)
    assert broken("two words that need lines") == ("two words that need", "lines")
    assert broken("w" * 100)[0].endswith("…")
    assert broken(" ".join(["word"] * 40))[-1].endswith("…")
    assert broken("") == ("",)
