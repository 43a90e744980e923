"""One module a resource: a route reads its input, calls one use case, and writes its output."""
