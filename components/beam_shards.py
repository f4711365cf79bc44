# SPDX-License-Identifier: MIT
"""Work on numbered shards of a folder through Apache Beam: what is there stays, what is missing is made."""

import pathlib
from collections.abc import Callable, Sequence

from absl import logging

from tfskel import arrays

# What DirectRunner runs on one machine; DirectRunner itself first looks for another runner to download.
LOCAL = ("--runner=FnApiRunner", "--direct_running_mode=in_memory")


def claim(path: pathlib.Path, settings: dict) -> None:
    """Writes down what a folder is for.

    Raises:
        ValueError: it is for something else already.
    """
    if path.is_file():
        before = arrays.read_json(path, "delete its folder")
        differ = sorted(name for name in settings | before if settings.get(name) != before.get(name))
        if differ:
            listed = "; ".join(f"{name} {before.get(name)!r}, now {settings.get(name)!r}" for name in differ)
            raise ValueError(f"{path} was written with other settings: {listed}. Choose another folder, or delete it.")
    arrays.write_json(path, settings)


def run(missing: Sequence[int], of_shard: Callable, flags: Sequence[str]) -> None:
    """Hands the numbers of missing shards to the workers.

    Args:
        missing: the numbers.
        of_shard: collection of numbers -> collection, a Beam transform which writes each shard.
        flags: of the pipeline, such as --runner=FlinkRunner; none for this process.
    """
    import apache_beam as beam
    from apache_beam.options import pipeline_options

    logging.info("%d shards to write", len(missing))
    if missing:
        options = pipeline_options.PipelineOptions(flags=list(flags or LOCAL))
        with beam.Pipeline(options=options) as pipeline:
            pipeline | beam.Create(list(missing), reshuffle=True) | of_shard


def divided(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Arguments of a command before and after "--": its own, and Beam's."""
    arguments = list(arguments)
    end = arguments.index("--") if "--" in arguments else len(arguments)
    return arguments[:end], arguments[end + 1 :]
