"""The exported encoder answers as the original does, from a graph without torch."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from credpath.errors import NotReady
from credpath.recommender.encoding import OnnxEncoder, normalise_text
from training.encoder_export import ENCODER_FILES, MAX_TOKENS, export_encoder, is_exported, load_original

VERBS = ("analyse", "design", "repair", "teach", "translate", "audit", "negotiate", "weld")
THINGS = (
    "customer data in spreadsheets", "heat pumps", "patient records under privacy law", "steel beams",
    "neural networks with PyTorch and C++", "la comptabilité d'une petite entreprise", "数据", "UX for mobile apps",
)  # fmt: skip
ODD = ("", "R", "🚀", "x" * 10_000, "learning outcome " * 1_500, "a\x00b", "Ⅷ ﬁrst", "C#", "TCP/IP; SQL-92")


def varied_texts() -> list[str]:
    """Over 200 texts of 0 to 10,000 characters, from 2 to more than 256 tokens."""
    short = [f"{verb} {thing}{end}" for verb in VERBS for thing in THINGS for end in ("", " for beginners", ": II")]
    growing = [" ".join(f"{VERBS[n % 8]} {THINGS[(n + k) % 8]}," for k in range(n)) for n in range(3, 36, 2)]
    return [*short, *growing, *ODD]


def test_exported_and_original_agree_on_more_than_two_hundred_texts(encoder_folder: Path) -> None:
    texts = varied_texts()
    original = load_original().encode([normalise_text(t) for t in texts], normalize_embeddings=True)
    cosines = (OnnxEncoder(encoder_folder).encode(texts) * original).sum(axis=1)
    assert len(texts) > 200
    assert cosines.min() >= 0.9999


def test_exactly_the_named_files_are_written_and_a_second_export_is_identical(
    encoder_folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "model.onnx.data").write_bytes(b"left from before")
    export_encoder(tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(ENCODER_FILES)
    for name in ENCODER_FILES:
        assert (tmp_path / name).read_bytes() == (encoder_folder / name).read_bytes()


def test_the_header_says_what_the_model_is_and_where_it_came_from(encoder_folder: Path) -> None:
    header = json.loads((encoder_folder / "encoder.json").read_text())
    assert (header["name"], header["dimensions"], header["max_tokens"]) == ("all-MiniLM-L6-v2", 384, MAX_TOKENS)
    assert header["licence"] == "Apache-2.0"
    assert header["source"]["version"]


def test_an_export_is_known_again_unless_a_file_or_a_setting_differs(encoder_folder: Path, tmp_path: Path) -> None:
    assert is_exported(encoder_folder)
    copy = tmp_path / "copy"
    shutil.copytree(encoder_folder, copy)
    (copy / "encoder.json").write_text((copy / "encoder.json").read_text().replace("256", "128"))
    assert not is_exported(copy)
    (copy / "model.onnx").unlink()
    assert not is_exported(copy)
    assert not is_exported(tmp_path / "absent")


def test_words_beyond_the_token_limit_change_nothing(encoder_folder: Path) -> None:
    encoder = OnnxEncoder(encoder_folder)
    full = "analysis " * 300
    np.testing.assert_array_equal(encoder.encode([full]), encoder.encode([full + "of unrelated welding"]))


def test_encoding_imports_neither_torch_nor_transformers(encoder_folder: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from credpath.recommender.encoding import OnnxEncoder;"
        f"OnnxEncoder(Path({str(encoder_folder)!r})).encode(['data analyst']);"
        "print([m for m in ('torch', 'transformers', 'sentence_transformers', 'mlflow') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_weights_are_mapped_so_that_a_process_grows_by_less_than_they_weigh(encoder_folder: Path) -> None:
    program = (
        "import re; from pathlib import Path; import numpy, onnxruntime, tokenizers;"
        "from credpath.recommender.encoding import OnnxEncoder;"
        "own = lambda: int(re.search(r'RssAnon:\\s+(\\d+)', Path('/proc/self/status').read_text())[1]) // 1024;"
        "before = own();"
        f"encoder = OnnxEncoder(Path({str(encoder_folder)!r}));"
        "[encoder.encode([f'question {n} about data']) for n in range(20)];"
        "print(own() - before)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 80  # MiB; with all weights in the process's own memory it is 130


@pytest.mark.parametrize("text", ["", "{", "[]", '{"name": "x"}', '{"name": "x", "dimensions": "?", "max_tokens": 1}'])
def test_a_damaged_header_is_refused_with_the_file_and_the_way_out(tmp_path: Path, text: str) -> None:
    (tmp_path / "encoder.json").write_text(text)
    with pytest.raises(NotReady, match=r"encoder\.json.*training\.bundle"):
        OnnxEncoder(tmp_path)


def test_a_folder_without_an_encoder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match=r"encoder\.json"):
        OnnxEncoder(tmp_path)
