#!/usr/bin/env bash
# hypre (through PETSc) for the benchmarks, on Debian 12 or an Ubuntu with PETSc 3.18.
#
#     source VENV/bin/activate && sudo -v && benchmarks/install_hypre.sh
#
# 1. Debian's PETSc 3.18.5 with hypre 2.26, MUMPS and OpenMPI (about 500 MB).
# 2. petsc4py 3.18.5 built from its source package against it, into the active environment. Debian's own binding
#    cannot be used: it was built for NumPy 1. The source needs Cython below 3 and setuptools below 66, and takes some
#    minutes to compile.
#
# Everything is checked at the end by a small solve. Benchmarks print "not installed" for hypre without it.
set -euo pipefail

as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi; }

as_root apt-get install -y --no-install-recommends libpetsc-real3.18-dev gcc
PETSC_DIR=$(dirname "$(dirname "$(dpkg -L libpetsc-real3.18-dev | grep '/include/petsc.h$')")")
export PETSC_DIR
unset PETSC_ARCH

# Built apart, so that the active environment keeps its own setuptools and Cython.
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
numpy=$(python -c 'import numpy; print(numpy.__version__)')
python -m venv "$build/venv"
"$build/venv/bin/pip" install -q "cython<3" "setuptools<66" wheel "numpy==$numpy"
"$build/venv/bin/pip" wheel -q --no-build-isolation --no-deps -w "$build" petsc4py==3.18.5
python -m pip install --no-deps "$build"/petsc4py-*.whl

python - <<'PYTHON'
import gc

import numpy as np
from petsc4py import PETSc

A = PETSc.Mat().createAIJ((10, 10), nnz=3)
for i in range(10):
    A.setValues([i], [j for j in (i - 1, i, i + 1) if 0 <= j < 10],
                [2.0 if j == i else -1.0 for j in (i - 1, i, i + 1) if 0 <= j < 10])
A.assemble()
ksp = PETSc.KSP().create()
ksp.setOperators(A)
ksp.setType("cg")
ksp.getPC().setType("hypre")
x, b = A.createVecs()
b.set(1.0)
ksp.solve(b, x)
i = np.arange(10)
assert np.allclose(x.getArray(), (i + 1) * (10 - i) / 2, rtol=1e-4), "hypre gave a wrong answer"
print("hypre works through petsc4py", PETSc.Sys.getVersion())
del A, ksp, x, b
gc.collect()
PYTHON
