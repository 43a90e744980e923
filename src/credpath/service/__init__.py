"""Use cases, one file each: the only place where rows, bundles and the pure pipeline meet."""
