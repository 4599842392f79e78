"""The command line: one file per command; parses, calls the library, prints."""

if not __name__.startswith("sciml."):
    raise ImportError("import this package as sciml.cli; the folder name is not a module of its own")
