"""One of the processes that read listings: `python -m etl.reading_worker FOLDER`.

FOLDER holds the model files. Each line of the input names a file of listings, which is replaced by
what the readers say of them; then the line is answered. When the input ends without being told,
the process it reads for is gone or has done: the folder, which holds texts of listings, goes too.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path

import polars as pl

from etl import model_files
from models import _reading


def main(folder: Path) -> None:
    """Answer until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the one who asks decides
    files = sorted(folder.glob("*.skops"))
    pipelines = {file.stem: model_files.loads(file.read_bytes(), file.stem) for file in files}
    try:
        for line in sys.stdin:
            path = Path(line.rstrip("\n"))
            listings = pl.read_ipc(path)
            _reading.read(listings, pipelines).write_ipc(path)
            print(path, flush=True)
    except (BrokenPipeError, FileNotFoundError):  # nobody waits, or the folder went with them
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for what is buffered
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
