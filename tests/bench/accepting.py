"""The service with its role `smtp` alone, on either database: `python -m tests.bench.accepting SETTINGS`.

On PostgreSQL this is `mailagent serve --role smtp`. On SQLite the command line does not offer it, as nobody
else may then do the rest; here it is asked of the very same loop, or we would process while Postfix only
keeps.
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import uvloop

from mailagent.cli.admin import until_stopped
from mailagent.cli.console import opened, quiet


def main() -> None:
    """Until SIGTERM."""
    with opened(Path(sys.argv[1])) as house:
        quiet(logging.INFO)
        uvloop.run(until_stopped(house, ("smtp",)))


if __name__ == "__main__":
    main()
