"""Pages for people: the learner's own page and the operators' dashboard, rendered by the server."""
