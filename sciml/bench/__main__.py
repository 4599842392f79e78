"""Run one case in a process of its own: ``python -m sciml.bench FOLDER CASE OUTPUT SETTINGS LEVEL``.

SETTINGS is JSON, LEVEL a name of `logging`. The command line starts it with the thread counts of BLAS in the
environment, where they must be before NumPy loads.
"""

import json
import logging
import sys
from pathlib import Path

from sciml.bench import Settings, run_case, write_record


def main(folder: str, name: str, output: str, settings: str, level: str) -> None:
    """Run the case and write its record; progress goes to stderr."""
    logging.basicConfig(format="%(message)s", stream=sys.stderr)
    logging.getLogger("sciml").setLevel(level)
    try:
        write_record(run_case(Path(folder), name, Settings(**json.loads(settings))), Path(output))
    except KeyboardInterrupt:
        sys.exit(1)


if __name__ == "__main__":
    main(*sys.argv[1:])
