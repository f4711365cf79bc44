# SPDX-License-Identifier: MIT
"""Progress of long computations, as log lines that short ones never show."""

import time
from collections.abc import Callable

from absl import logging

Progress = Callable[[str, int, int], None]
"""Called with the stage, the rows it has finished and all rows."""


def logged(every: float = 10.0, clock: Callable[[], float] = time.monotonic) -> Progress:
    """Progress that writes a line to the log at most once in `every` seconds.

    Args:
        every: seconds. A stage that is finished sooner is not mentioned.
        clock: seconds from any origin.
    """
    began, spoken = {}, {}

    def report(stage: str, done: int, total: int) -> None:
        now = clock()
        start = began.setdefault(stage, now)
        if now - spoken.setdefault(stage, now) < every:
            return
        spoken[stage] = now
        left = (now - start) * (total - done) / max(done, 1)
        logging.info("clustering, %s: %d of %d rows, about %.0f s left", stage, done, total, left)

    return report
