"""What every encoder promises, checked on the hashing one and on the exported one alike."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credpath.recommender.encoding import Encoder, HashEncoder, OnnxEncoder

ODD_TEXTS = {
    "empty": "", "one space": " ", "ten thousand characters": "data science " * 770, "one endless word": "x" * 10_000,
    "emoji": "🚀👩🏽‍💻 rocket", "lone surrogate": "a \ud83d b", "control characters": "a\x00b\x01\x1b[0m\u2028",
    "right to left": "تحليل البيانات", "chinese": "数据分析", "ligature": "ﬁnance Ⅷ ²",
    "combining marks": "e\u0301" * 500,
}  # fmt: skip


@pytest.fixture(scope="module", params=["hashing", "exported"])
def encoder(request: pytest.FixtureRequest) -> Encoder:
    if request.param == "hashing":
        return HashEncoder()
    return OnnxEncoder(request.getfixturevalue("encoder_folder"), cache_size=4)


def test_rows_have_the_stated_shape_type_and_unit_length(encoder: Encoder) -> None:
    rows = encoder.encode(["data analysis", "welding", "nursing care"])
    assert rows.shape == (3, encoder.dimensions)
    assert rows.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1.0, atol=1e-5)


def test_no_texts_give_no_rows(encoder: Encoder) -> None:
    assert encoder.encode([]).shape == (0, encoder.dimensions)


@pytest.mark.parametrize("text", ODD_TEXTS.values(), ids=ODD_TEXTS.keys())
def test_odd_text_gets_a_finite_unit_row(encoder: Encoder, text: str) -> None:
    (row,) = encoder.encode([text])
    assert np.isfinite(row).all()
    assert np.linalg.norm(row) == pytest.approx(1.0, abs=1e-5)


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(), max_size=80))
def test_any_text_at_all_gets_a_finite_unit_row(encoder: Encoder, text: str) -> None:
    assert np.linalg.norm(encoder.encode([text])[0]) == pytest.approx(1.0, abs=1e-5)


def test_case_and_spacing_make_no_difference(encoder: Encoder) -> None:
    one, other = encoder.encode(["Data  Analysis", " data analysis\n"])
    np.testing.assert_array_equal(one, other)


def test_the_order_of_many_texts_has_no_effect(encoder: Encoder) -> None:
    texts = [f"skill number {n} " + "of analysis " * (n % 7) for n in range(60)]
    np.testing.assert_array_equal(encoder.encode(texts), encoder.encode(texts[::-1])[::-1])


def test_repeated_texts_get_equal_rows(encoder: Encoder) -> None:
    rows = encoder.encode(["sql", "welding"] * 30)
    assert (rows[::2] == rows[0]).all()
    assert (rows[1::2] == rows[1]).all()


def test_a_text_alone_and_among_many_gets_the_same_row_but_for_rounding(encoder: Encoder) -> None:
    texts = [f"topic {n} in depth" for n in range(50)]
    together = encoder.encode(texts)
    alone = np.concatenate([encoder.encode([text]) for text in texts])
    np.testing.assert_allclose(together, alone, atol=1e-6)


def test_like_words_lie_nearer_than_unlike_words(encoder: Encoder) -> None:
    query, near, far = encoder.encode(["data analysis", "analysis of data", "underwater welding"])
    assert query @ near > query @ far + 0.2


def test_an_answer_can_be_written_to_without_spoiling_the_next(encoder: Encoder) -> None:
    first = encoder.encode(["project planning"])
    kept = first.copy()
    first[:] = 0.0
    np.testing.assert_array_equal(encoder.encode(["project planning"]), kept)


def test_threads_may_share_one_encoder(encoder: Encoder) -> None:
    texts = [f"text {n % 9}" for n in range(120)]
    expected = np.concatenate([encoder.encode([text]) for text in texts])
    with ThreadPoolExecutor(8) as pool:
        rows = np.concatenate(list(pool.map(lambda text: encoder.encode([text]), texts)))
    np.testing.assert_allclose(rows, expected, atol=1e-6)
