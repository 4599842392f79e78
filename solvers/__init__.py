"""Linear solvers: spectral, Krylov, multigrid, algebraic multigrid, direct."""

if not __name__.startswith("sciml."):
    raise ImportError("import this package as sciml.solvers; the folder name is not a module of its own")
