# SPDX-License-Identifier: MIT
"""Progress of long computations, as log lines that short ones never show."""

import time
from collections.abc import Callable

from absl import logging


def logged(
    stage: str, total: int, every: float = 10.0, clock: Callable[[], float] = time.monotonic
) -> Callable[[int], None]:
    """Function to call with the rows that a stage has finished; it writes to the log at most once in `every` seconds.

    Args:
        stage: name in the log. A stage that is finished sooner is not mentioned.
        total: all rows.
        every: seconds.
        clock: seconds from any origin.
    """
    start = spoken = clock()

    def report(done: int) -> None:
        nonlocal spoken
        now = clock()
        if now - spoken >= every:
            spoken = now
            left = (now - start) * (total - done) / max(done, 1)
            logging.info("clustering, %s: %d of %d rows, about %.0f s left", stage, done, total, left)

    return report
