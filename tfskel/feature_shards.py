# SPDX-License-Identifier: MIT
"""Features in shards: Parquet files that are written one by one, each complete or not at all, and read as one set."""

import contextlib
import pathlib
import re
from collections.abc import Iterator, Mapping

import numpy as np

from tfskel import arrays, features

NAME = "features-{:05d}-of-{:05d}.parquet"
COLUMNS = ("identities", "cameras", "recordings")
MAIN = "features"


def write(folder: pathlib.Path, number: int, count: int, found: Mapping[str, features.Features]) -> None:
    """Writes a shard: an item a row, columns COLUMNS, and each representation as a list of float32.

    Args:
        folder: of all shards.
        number: of this shard, from 0.
        count: of all shards.
        found: representation -> features of the same items.
    """
    import pyarrow as pa
    from pyarrow import parquet

    one = next(iter(found.values()))
    table = {name: pa.array(getattr(one, name).tolist(), pa.string()) for name in COLUMNS}
    for name, of in found.items():
        table[name] = pa.FixedSizeListArray.from_arrays(pa.array(of.vectors.reshape(-1)), of.vectors.shape[1])
    with arrays.complete(folder / NAME.format(number, count)) as unfinished:
        parquet.write_table(
            pa.table(table), unfinished, compression="none", use_dictionary=list(COLUMNS), write_page_checksum=True
        )


def paths(folder: pathlib.Path) -> list[pathlib.Path]:
    """All shards in order.

    Raises:
        FileNotFoundError: there is none, or one is missing; the message names the first.
    """
    numbers = [re.fullmatch(r"features-\d{5}-of-(\d{5})\.parquet", path.name) for path in sorted(folder.glob("*"))]
    counts = sorted({int(found[1]) for found in numbers if found})
    if len(counts) != 1:
        raise FileNotFoundError(f"{folder} holds features of {len(counts)} sets of shards; expected one. Embed again.")
    made = [folder / NAME.format(number, counts[0]) for number in range(counts[0])]
    missing = [path for path in made if not path.is_file()]
    if missing:
        raise FileNotFoundError(
            f"{missing[0]} is missing ({len(missing)} of {len(made)} shards are). Embed again with the same settings: "
            "shards that are there stay."
        )
    return made


def sizes(folder: pathlib.Path) -> list[int]:
    """Items of each shard, in order; errors as `paths`."""
    return [_opened(path).metadata.num_rows for path in paths(folder)]


def read(folder: pathlib.Path, name: str = MAIN) -> features.Features:
    """All items in order, shard by shard, so that little beside them is held.

    Args:
        folder: of the shards.
        name: a representation.

    Raises:
        FileNotFoundError: as `paths`.
        ValueError: a damaged shard, or no such representation.
    """
    vectors, columns, begin, count = None, {column: [] for column in COLUMNS}, 0, sum(sizes(folder))
    for path in paths(folder):
        found = _shard(path, name)
        if vectors is None:
            vectors = np.empty((count, found.vectors.shape[1]), np.float32)
        vectors[begin : begin + len(found)] = found.vectors
        begin += len(found)
        for column, values in columns.items():
            values.append(getattr(found, column))
    return features.Features(vectors, **{column: np.concatenate(values) for column, values in columns.items()})


def vectors(path: pathlib.Path, name: str = MAIN) -> np.ndarray:
    """(n, D) float32, those of one shard; errors as `read`."""
    return _shard(path, name).vectors


def _shard(path: pathlib.Path, name: str) -> features.Features:
    opened = _opened(path)
    known = [column for column in opened.schema_arrow.names if column not in COLUMNS]
    if name not in known:
        raise ValueError(f"{path} holds the representations {', '.join(known)}; received {name!r}.")
    with _damage_named(path):
        table = opened.read([*COLUMNS, name])
        stored = table.column(name).combine_chunks()
        values = np.asarray(stored.values).reshape(len(table), stored.type.list_size)
        return features.Features(values, **{column: _texts(table.column(column)) for column in COLUMNS})


def _texts(column) -> np.ndarray:
    return np.array(column.to_pylist(), np.str_)


def _opened(path: pathlib.Path):
    from pyarrow import parquet

    with _damage_named(path):
        return parquet.ParquetFile(path, page_checksum_verification=True)


@contextlib.contextmanager
def _damage_named(path: pathlib.Path) -> Iterator[None]:
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OSError, ValueError, KeyError, AttributeError) as error:
        raise ValueError(f"{path}: a damaged shard ({error}); delete it and embed again.") from error
