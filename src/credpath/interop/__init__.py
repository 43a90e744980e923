"""Outside formats in, domain objects out: one file a format, each a pure reader with its list of refusals."""
