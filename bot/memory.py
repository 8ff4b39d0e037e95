"""The process's memory over months: what lives as long as it is left alone, what a large load needed is given back."""

import contextlib
import ctypes
import gc


def freeze_startup() -> None:
    """Leave out everything that exists so far from later searches for cyclic garbage: they held acks up for 60 ms."""
    gc.collect()
    gc.freeze()


def trim() -> None:
    """Return what is free to the system: glibc doesn't by itself; where the C library is another one nothing happens."""
    gc.collect()
    with contextlib.suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
