"""Random fields and data sets that solvers and models are tested on."""

if not __name__.startswith("sciml."):
    raise ImportError("import this package as sciml.datasets; the folder name is not a module of its own")
