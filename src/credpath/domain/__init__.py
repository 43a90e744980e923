"""What the words mean: frozen dataclasses and pure functions, standard library only."""
