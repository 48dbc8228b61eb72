"""Changes a store and dies on the way, as from `kill -9`: for test_store_kill.py.

python tests/kill_store.py STAGE SHELF INDEX RUN
"""

import os
import shutil
import signal
import sys
from pathlib import Path
from typing import Any

from harness.store import index, shelf
from harness.store.store import Store


def die(*_: Any, **__: Any) -> None:
    if hasattr(signal, "SIGKILL"):
        os.kill(os.getpid(), signal.SIGKILL)
    os._exit(9)


class Dying:
    """Calls a function some times, and dies at the next."""

    def __init__(self, function: Any, times: int) -> None:
        self.function = function
        self.left = times

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        if self.left == 0:
            die()
        self.left -= 1
        return self.function(*arguments, **named)


def main(stage: str, root: str, url: str, run: str) -> None:
    store = Store(root, url)
    if stage == "copying":
        shutil.copyfile = Dying(shutil.copyfile, 1)
    elif stage == "copied":
        index._insert = die
    elif stage == "written":
        put = store.index.put
        store.index.put = lambda *given: (put(*given), die())  # type: ignore[method-assign]
    elif stage == "listed":
        shelf.FolderShelf.settle = die  # type: ignore[method-assign]
    elif stage == "rebuilding":
        index._BATCH = 1
        index._insert = Dying(index._insert, 1)
        store.rebuild()
    store.add(Path(run))


if __name__ == "__main__":
    main(*sys.argv[1:])
