"""HTTP: thin typed edges over the use cases; problem+json for every error; nothing happens at import."""
