"""The memory limit is the least of what the system grants."""

import pytest

from sciml import _memory
from sciml._errors import InputError, MemoryLimitError

MEMINFO = "MemTotal:  100 kB\nMemAvailable:  10 kB\n"
V2 = {"/sys/fs/cgroup/memory.max": "9000\n", "/sys/fs/cgroup/memory.current": "5000", "/sys/fs/cgroup/memory.stat": ""}
V1 = {
    "/sys/fs/cgroup/memory/memory.limit_in_bytes": "8000",
    "/sys/fs/cgroup/memory/memory.usage_in_bytes": "6000",
    "/sys/fs/cgroup/memory/memory.stat": "active_file 7\ninactive_file 500\n",
}


@pytest.mark.parametrize(("files", "limit"), [
    ({}, None),
    ({"/proc/meminfo": MEMINFO}, 10240),
    ({"/proc/meminfo": MEMINFO, **V2}, 4000),
    ({"/proc/meminfo": MEMINFO, **V1}, 2500),
    ({"/proc/meminfo": MEMINFO, **V2, "/sys/fs/cgroup/memory.max": "max\n"}, 10240),
    ({"/proc/meminfo": MEMINFO, **V2, "/sys/fs/cgroup/memory.current": "10000"}, 0),
])  # fmt: skip
def test_limits(monkeypatch: pytest.MonkeyPatch, files: dict[str, str], limit: int | None) -> None:
    monkeypatch.setattr(_memory, "_read", lambda path: files.get(path, ""))
    monkeypatch.setattr(_memory, "_address_space", lambda: None)
    assert _memory.memory_limit() == limit


def test_address_space(monkeypatch: pytest.MonkeyPatch) -> None:
    resource = pytest.importorskip("resource")
    monkeypatch.setattr(resource, "getrlimit", lambda kind: (100 * resource.getpagesize(), 0))
    monkeypatch.setattr(_memory, "_read", lambda path: "40 20 1 1 0 5 0" if path == "/proc/self/statm" else "")
    assert _memory.memory_limit() == 60 * resource.getpagesize()


def test_refusal_names_both_sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_memory, "memory_limit", lambda: 2 * 2**30)
    _memory.require_memory(2**31, "a solve")
    with pytest.raises(MemoryLimitError, match=r"a solve needs about 3\.0 GiB of memory, 2\.0 GiB are usable"):
        _memory.require_memory(3 * 2**30, "a solve")
    assert issubclass(MemoryLimitError, InputError)
