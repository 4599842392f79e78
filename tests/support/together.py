"""Processes that train together, with the environment that torchrun gives them."""

import ast
import os
import socket
import subprocess
import sys
import traceback
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

HERE = Path(__file__).parent
CODE = f"import sys; sys.path.insert(0, {str(HERE)!r}); import together; together.main()"


def run_together(jobs: list[tuple[Any, ...]], size: int = 2) -> list[str]:
    """Do jobs one after the other in `size` processes, and return what each said on stderr.

    A job is (model, data, settings, folder), or (None, None, settings, folder) to go on with a run. The processes are
    children of one that has imported all they need.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with TemporaryDirectory() as folder:
        command = [sys.executable, "-P", "-c", CODE, repr(jobs), str(size), str(port), folder]
        done = subprocess.run(command, stderr=subprocess.PIPE, text=True, timeout=500)
        said = [path.read_text() for path in sorted(Path(folder).iterdir())]
    assert done.returncode == 0, (done.stderr, said)
    return said


def main() -> None:
    """Begin the processes; the jobs, their number, a port and a folder for what they say are arguments."""
    import matplotlib.pyplot  # noqa: F401
    import torch

    import sciml.train.session  # noqa: F401

    torch.set_num_threads(1)
    jobs, size = ast.literal_eval(sys.argv[1]), int(sys.argv[2])
    children = [_child(jobs, rank, size) for rank in range(size)]
    sys.exit(max(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0 for child in children))


def _child(jobs: list[tuple[Any, ...]], rank: int, size: int) -> int:
    """The number of a new process with this rank."""
    if child := os.fork():
        return child
    code = 1
    try:
        os.dup2(os.open(Path(sys.argv[4], str(rank)), os.O_WRONLY | os.O_CREAT), sys.stderr.fileno())
        places = {"RANK": rank, "LOCAL_RANK": rank, "WORLD_SIZE": size, "LOCAL_WORLD_SIZE": size}
        os.environ |= {name: str(value) for name, value in places.items()}
        os.environ |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": sys.argv[3]}
        _work(jobs)
        code = 0
    except BaseException:  # all is told, and nothing runs in this process after it
        traceback.print_exc()
    sys.stderr.flush()
    os._exit(code)


def _work(jobs: list[tuple[Any, ...]]) -> None:
    """Do the jobs in this process; what is refused is told on stderr."""
    import torch
    from training import settings_for

    from sciml._errors import InputError
    from sciml.train import resumed, started

    torch.distributed.init_process_group("gloo")
    for model, data, more, name in jobs:
        folder = Path(name)
        try:
            again = model is None
            with resumed(folder, more) if again else started(settings_for(model, Path(data), **more), folder) as loop:
                if loop.ranks.first and folder.name == "stopped" and not again:
                    loop.watcher = Stopper()
                loop.train()
        except InputError as error:
            print(error, file=sys.stderr)
    torch.distributed.destroy_process_group()


class Stopper:
    """Asks this process alone to stop after 3 steps."""

    def step(self, step: int, total: int | None, loss: float, lr: float) -> None:
        """Send the signal."""
        import signal

        if step == 3:
            signal.raise_signal(signal.SIGTERM)

    def epoch(self, row: Any) -> None:
        """Nothing."""
