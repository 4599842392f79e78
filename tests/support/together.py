"""Processes that train together, with the environment that torchrun gives them."""

import ast
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
CODE = f"import sys; sys.path.insert(0, {str(HERE)!r}); import together; together.main()"


def run_together(jobs: list[tuple[Any, ...]], size: int = 2) -> list[str]:
    """Do jobs one after the other in `size` processes, and return what each said on stderr.

    A job is (model, data, settings, folder), or (None, None, settings, folder) to go on with a run.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    started = []
    for rank in range(size):
        places = {"RANK": rank, "LOCAL_RANK": rank, "WORLD_SIZE": size, "LOCAL_WORLD_SIZE": size, "MASTER_PORT": port}
        environment = os.environ | {name: str(value) for name, value in places.items()}
        environment["MASTER_ADDR"] = "127.0.0.1"
        started.append(subprocess.Popen(
            [sys.executable, "-P", "-c", CODE, repr(jobs)], env=environment, stderr=subprocess.PIPE, text=True
        ))
    said = [one.communicate(timeout=500)[1] for one in started]
    assert all(one.returncode == 0 for one in started), said
    return said


def main() -> None:
    """Do the jobs in this process; what is refused is told on stderr."""
    import torch
    from training import settings_for

    from sciml._errors import InputError
    from sciml.train import resumed, started

    torch.set_num_threads(1)
    torch.distributed.init_process_group("gloo")
    for model, data, more, name in ast.literal_eval(sys.argv[1]):
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
