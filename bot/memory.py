"""The process's memory over months: what exists once the bot has started lives as long as the process."""

import gc


def freeze_startup() -> None:
    """Leave out everything that exists so far from later searches for cyclic garbage.

    A full search over some 145,000 objects takes 60 to 150 ms, in which nothing is acknowledged; afterwards less than 1 ms.
    """
    gc.collect()
    gc.freeze()
