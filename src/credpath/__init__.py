"""credpath recommends the next micro-credential toward a career goal."""

__version__ = "0.1.0"
