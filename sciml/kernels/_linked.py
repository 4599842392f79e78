"""A compiler for functions that live only inside others: they are linked and optimised there, not on their own.

Numba optimises each function by itself and turns it into machine code, even if nothing but other compiled functions
call it. These link its code into their own and optimise it again, so the first time is lost: a fifth of the time in
which all kernels of a multigrid solve compile. What runs is the same, bit by bit.
Such functions cannot print, as that needs an environment which Numba makes together with an entry from Python.
"""

# mypy: allow-untyped-calls

from typing import Any

from numba import _dynfunc  # type: ignore[attr-defined]
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler
from numba.core.compiler_machinery import register_pass
from numba.core.typed_passes import NativeLowering

__all__ = ["LinkedCompiler"]


class _LinkedLibrary(JITCodeLibrary):
    """Code that others can link, never run from here."""

    def _optimize_final_module(self) -> None:
        pass

    def _finalize_final_module(self) -> None:
        self._finalize_dynamic_globals()
        self._finalized = True


@register_pass(mutates_CFG=True, analysis_only=False)
class _LinkedLowering(NativeLowering):
    """Lowering into a library that is only linked, where the usual one prepares calls from Python."""

    _name = "linked_lowering"

    def run_pass(self, state: Any) -> bool:
        state.library = _LinkedLibrary(state.targetctx.codegen(), state.func_id.func_qualname)
        flags, state.flags = state.flags, state.flags.copy()
        state.flags.no_compile = True
        super().run_pass(state)
        state.flags = flags
        lowered = state.cr
        described = lowered.fndesc
        # Callers know the function by this object; it has no address.
        name = described.qualname.split(".")[-1]
        key = _dynfunc.make_function(described.lookup_module(), name, "", 0, lowered.env, (state.library,))
        state.targetctx.insert_user_function(key, described, [state.library])
        state.cr = lowered._replace(cfunc=key)
        return True


class LinkedCompiler(Compiler):
    """Numba's usual pipeline, ended by a lowering for functions that only other compiled functions call."""

    def define_pipelines(self) -> list[Any]:
        """Passes, the lowering exchanged."""
        pipelines: list[Any] = super().define_pipelines()
        for pipeline in pipelines:
            exchanged = [(_LinkedLowering if p is NativeLowering else p, text) for p, text in pipeline.passes]
            pipeline.passes = exchanged
            pipeline.finalize()
        return pipelines
