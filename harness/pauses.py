"""No long pauses while something is going on in real time.

Python's collector of garbage looks at everything that is there again and again, and holds the whole
process meanwhile. With databases and diagnostic descriptions loaded that is a quarter of a second
of work, and on a busy machine two seconds: long enough for an answer to come too late.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_long_pauses() -> Iterator[None]:
    """What is loaded by now stays, so the collector need not look at it until this ends.

    To be entered once everything is loaded, before time matters. Whoever has arranged this already
    for the whole process is left alone.
    """
    if gc.get_freeze_count():
        yield
        return
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
