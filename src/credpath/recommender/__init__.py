"""How a suggestion is made: numpy, faiss and onnxruntime; no database, no web."""
