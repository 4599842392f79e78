"""Training: one loop for every model and problem, in runs that can be killed and resumed."""

from typing import TYPE_CHECKING

from sciml._lazy import lazily
from sciml.train.config import Config

if TYPE_CHECKING:
    from sciml.train.loop import Loop, Status
    from sciml.train.run import Run
    from sciml.train.session import resumed, started
    from sciml.train.task import Task

__all__ = ["Config", "Loop", "Run", "Status", "Task", "resumed", "started"]

# Loaded when first asked for: torch takes seconds to import.
__getattr__ = lazily(__name__, {
    "Loop": "loop", "Run": "run", "Status": "loop", "Task": "task", "resumed": "session", "started": "session",
})
