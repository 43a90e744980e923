"""Pages for people; so far the API's offline documentation is the only one, and it lives with the API."""
