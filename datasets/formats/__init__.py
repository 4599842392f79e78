"""File formats of samples, one a file: how each is recognised, opened and, where useful, written."""
