"""How much memory this process may still use."""

from pathlib import Path

from sciml._errors import MemoryLimitError

__all__ = ["memory_limit", "readable_bytes", "require_memory"]

# Kernels of the last ten years mount version 2; version 1 is still met inside older containers.
_CGROUPS = (
    ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current", "/sys/fs/cgroup/memory.stat"),
    (
        "/sys/fs/cgroup/memory/memory.limit_in_bytes",
        "/sys/fs/cgroup/memory/memory.usage_in_bytes",
        "/sys/fs/cgroup/memory/memory.stat",
    ),
)


def memory_limit() -> int | None:
    """Bytes this process can still allocate: the least of free memory, control group and RLIMIT_AS.

    Returns
    -------
    int or None
        None where the system tells nothing.

    Examples
    --------
    >>> limit = memory_limit()
    >>> limit is None or limit >= 0
    True
    """
    limits = [limit for limit in (_available(), _control_group(), _address_space()) if limit is not None]
    return max(0, min(limits)) if limits else None


def require_memory(needed: int, what: str) -> None:
    """Refuse work that would not fit.

    Parameters
    ----------
    needed : int
        Estimated bytes.
    what : str
        Name of the work, used in the message.

    Raises
    ------
    MemoryLimitError
        If `needed` exceeds `memory_limit`.

    Examples
    --------
    >>> require_memory(1, "one byte")
    """
    limit = memory_limit()
    if limit is not None and needed > limit:
        raise MemoryLimitError(
            f"{what} needs about {readable_bytes(needed)} of memory, {readable_bytes(limit)} are usable; "
            "use a smaller shape, a leaner method, or raise the limit"
        )


def readable_bytes(n: float) -> str:
    """A size in binary units.

    Examples
    --------
    >>> readable_bytes(3 * 2**29)
    '1.5 GiB'
    """
    for unit in ("B", "KiB", "MiB", "GiB", "TiB"):
        if n < 1024:
            return f"{n:.0f} B" if unit == "B" else f"{n:.1f} {unit}"
        n /= 1024
    return f"{n:.3g} PiB"


def _available() -> int | None:
    for line in _read("/proc/meminfo").splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return None


def _control_group() -> int | None:
    for limit_file, usage_file, stat_file in _CGROUPS:
        limit, usage = _read(limit_file).strip(), _read(usage_file).strip()
        if limit.isdigit() and usage.isdigit():
            # The page cache counts as used but is given back under pressure.
            cache = [line.split()[1] for line in _read(stat_file).splitlines() if line.startswith("inactive_file ")]
            return int(limit) - int(usage) + (int(cache[0]) if cache else 0)
    return None


def _address_space() -> int | None:
    try:
        from resource import RLIM_INFINITY, RLIMIT_AS, getpagesize, getrlimit
    except ImportError:  # not a POSIX system
        return None
    limit = getrlimit(RLIMIT_AS)[0]
    pages = _read("/proc/self/statm").split()
    if limit == RLIM_INFINITY or not pages:
        return None
    return limit - int(pages[0]) * getpagesize()


def _read(path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError:
        return ""
