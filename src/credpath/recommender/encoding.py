"""Text to vectors: the contract, the onnx encoder that serves, and a hashing encoder without weights.

Every encoder answers rows of unit length. Bulk work is sorted by token ids and grouped by exact token count:
no padding is computed, and the order of the input has no effect. A text encoded alone or among others differs
by about 1e-7, since matrix products of other sizes round otherwise.
"""

from __future__ import annotations

import json
import re
import unicodedata
import zlib
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from credpath.errors import NotReady

FloatArray = NDArray[np.float32]

BATCH = 64
BATCH_TOKENS = 512  # of 256 to 4096 the fastest on long texts, and it bounds the memory that one run takes
FEW = 32  # calls with at most so many texts go through the cache; larger ones are bulk work
CHARACTERS_PER_TOKEN = 32  # text beyond max_tokens * this cannot matter and is not tokenised


class Encoder(Protocol):
    """Turns n texts into an (n, dimensions) array of unit rows; n may be 0."""

    @property
    def name(self) -> str:
        """Names the model; vectors of two names are never compared."""

    @property
    def dimensions(self) -> int:
        """Columns of every answer."""

    def encode(self, texts: Sequence[str]) -> FloatArray:
        """Any text is taken: empty, very long, with emoji, control characters or lone surrogates."""


def normalise_text(text: str) -> str:
    """NFKC, casefold, collapsed space; lone surrogates become "?". Applied twice it changes nothing more."""
    clean = text.encode("utf-8", "replace").decode("utf-8")
    folded = unicodedata.normalize("NFKC", clean).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())


class OnnxEncoder:
    """A sentence encoder exported by `training.encoder_export`, run by onnxruntime without torch.

    Reads model.onnx (with its weights), tokenizer.json and encoder.json of `folder`. `threads`: 1 in
    serving, 2 or more to build a bundle. Calls are thread-safe.
    """

    def __init__(self, folder: Path, *, cache_size: int = 2048, threads: int = 1) -> None:
        header = _read_header(folder)
        self.name: str = header["name"]
        self.dimensions: int = header["dimensions"]
        self._max_tokens: int = header["max_tokens"]
        self._tokenizer = _load_tokenizer(folder / "tokenizer.json", self._max_tokens)
        self._session = _open_session(folder / "model.onnx", threads)
        self._cache = _Lru(cache_size)

    def encode(self, texts: Sequence[str]) -> FloatArray:
        """(n, dimensions) unit rows. Up to `FEW` texts are cached by their normalised form."""
        normalised = [normalise_text(text) for text in texts]
        if len(normalised) > FEW:
            return self._run(normalised)
        missing = [text for text in dict.fromkeys(normalised) if self._cache.get(text) is None]
        fresh = dict(zip(missing, self._run(missing), strict=True))
        for text, row in fresh.items():
            self._cache.put(text, row)
        rows = [fresh[text] if text in fresh else self._cached_or_run(text) for text in normalised]
        return np.stack(rows) if rows else np.zeros((0, self.dimensions), np.float32)

    def _cached_or_run(self, text: str) -> FloatArray:
        row = self._cache.get(text)  # another thread may have pushed it out since it was seen
        return self._run([text])[0] if row is None else row

    def _run(self, texts: list[str]) -> FloatArray:
        distinct = list(dict.fromkeys(texts))
        rows = np.zeros((len(distinct), self.dimensions), np.float32)
        for members, token_ids in _equal_length_batches(self._tokenise(distinct)):
            rows[members] = self._session.run(None, {"input_ids": token_ids})[0]
        if len(distinct) == len(texts):
            return rows
        position = {text: row for row, text in enumerate(distinct)}
        return rows[[position[text] for text in texts]]

    def _tokenise(self, texts: list[str]) -> list[list[int]]:
        cut = self._max_tokens * CHARACTERS_PER_TOKEN
        if len(texts) == 1:  # encode_batch starts a thread pool
            return [self._tokenizer.encode(texts[0][:cut]).ids]
        return [e.ids for e in self._tokenizer.encode_batch_fast([text[:cut] for text in texts])]


def _equal_length_batches(token_ids: list[list[int]]) -> Iterator[tuple[list[int], NDArray[np.int64]]]:
    """(row numbers, (b, length) ids), shortest first."""
    order = sorted(range(len(token_ids)), key=lambda row: (len(token_ids[row]), token_ids[row]))
    for length, group in groupby(order, key=lambda row: len(token_ids[row])):
        rows = list(group)
        size = max(1, min(BATCH, BATCH_TOKENS // length))
        for start in range(0, len(rows), size):
            members = rows[start : start + size]
            yield members, np.array([token_ids[row] for row in members], np.int64)


def _read_header(folder: Path) -> dict[str, Any]:
    try:
        header = json.loads((folder / "encoder.json").read_text(encoding="utf-8"))
        return {"name": str(header["name"]), **{key: int(header[key]) for key in ("dimensions", "max_tokens")}}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NotReady(
            f"no readable encoder ({error!r})", where=str(folder / "encoder.json"), fix="run python -m training.bundle"
        ) from error


def _load_tokenizer(path: Path, max_tokens: int) -> Any:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_length=max_tokens)
    return tokenizer


def _open_session(path: Path, threads: int) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


class _Lru:
    """The last `size` rows by text; read-only arrays, so one caller cannot spoil another's."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._rows: OrderedDict[str, FloatArray] = OrderedDict()
        self._lock = Lock()

    def get(self, text: str) -> FloatArray | None:
        with self._lock:
            row = self._rows.get(text)
            if row is not None:
                self._rows.move_to_end(text)
            return row

    def put(self, text: str, row: FloatArray) -> None:
        kept = row.copy()
        kept.setflags(write=False)
        with self._lock:
            self._rows[text] = kept
            self._rows.move_to_end(text)
            while len(self._rows) > self._size:
                self._rows.popitem(last=False)


class HashEncoder:
    """Hashed words and character trigrams, signed and normalised: similar spelling, similar vector.

    Deterministic across machines and without weights. For tests, and for a bundle built without a model.
    """

    def __init__(self, dimensions: int = 256) -> None:
        self.name = f"hash-{dimensions}"
        self.dimensions = dimensions

    def encode(self, texts: Sequence[str]) -> FloatArray:
        """(n, dimensions) unit rows."""
        rows = np.zeros((len(texts), self.dimensions), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for feature, weight in _hash_features(normalise_text(text)):
                code = zlib.crc32(feature.encode("utf-8"))
                row[code % self.dimensions] += weight if code & 0x80000000 else -weight
            if not row.any():  # all features cancelled out
                row[0] = 1.0
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        return rows


def _hash_features(text: str) -> Iterator[tuple[str, float]]:
    yield "bias", 0.1
    for word in re.findall(r"\w+(?:[+#]+)?", text):
        yield word, 1.0
        framed = f"<{word}>"
        for start in range(len(framed) - 2):
            yield framed[start : start + 3], 0.3
