# SPDX-License-Identifier: MIT
"""Progress with a clock that the test sets."""

from absl import logging

from tfskel.clustering import progress


def test_lines_come_at_most_every_ten_seconds_with_the_time_left(monkeypatch):
    lines, now = [], [0.0]
    monkeypatch.setattr(logging, "info", lambda text, *values: lines.append(text % values))
    report = progress.logged("weights", 400, every=10, clock=lambda: now[0])
    for now[0], done in ((0, 0), (5, 50), (10, 100), (15, 150), (20, 200), (40, 400)):
        report(done)
    assert lines == [
        "clustering, weights: 100 of 400 rows, about 30 s left",
        "clustering, weights: 200 of 400 rows, about 20 s left",
        "clustering, weights: 400 of 400 rows, about 0 s left",
    ]


def test_short_stages_are_silent(monkeypatch):
    lines = []
    monkeypatch.setattr(logging, "info", lambda text, *values: lines.append(text % values))
    clock = iter((0.0, 4.0, 8.0, 8.0, 12.0, 16.0)).__next__
    for stage in ("neighbours", "weights"):
        report = progress.logged(stage, 2, every=10, clock=clock)
        report(1)
        report(2)
    assert lines == []
