"""The process's memory over months: what lives as long is frozen, what a large load needed is returned."""

import contextlib
import ctypes
import gc


def freeze_startup() -> None:
    """Leave out everything that exists so far from later searches for cyclic garbage: they held acks up for 60 ms."""
    gc.collect()
    gc.freeze()


def trim() -> None:
    """Return free memory to the system, which glibc doesn't do unasked; without glibc nothing happens."""
    gc.collect()
    with contextlib.suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
