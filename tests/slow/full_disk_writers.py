# SPDX-License-Identifier: MIT
"""Every writer of files on a disk that is full after one page, two pages, ...: what stood there before is still there.

python -m tests.slow.full_disk_writers

Needs the right to mount a file system in memory. Each writer writes a first state with room, then a second with so many
pages left; it ends well, or raises an error that a run tells in words and leaves the first state readable; with room
again the second is written.
"""

import pathlib
import sys
import tempfile
import time
import types

import numpy as np

from tests import fakes
from tests.slow import full_disk

MOST_PAGES = 40


def _values(version: int) -> np.ndarray:
    return np.random.default_rng(version).normal(size=(20, 200)).astype(np.float32)


class Arrays:
    """An .npz file and a JSON file."""

    def write(self, folder, version):
        from tfskel import arrays

        arrays.write(folder / "a.npz", values=_values(version))
        arrays.write_json(folder / "a.json", _values(version).tolist())

    def read(self, folder):
        from tfskel import arrays

        values, listed = arrays.read(folder / "a.npz")["values"], np.float32(arrays.read_json(folder / "a.json"))
        return [values, listed]


class People:
    """The file of enrolled people."""

    def write(self, folder, version):
        from tfskel import known_people

        known_people.KnownPeople(_values(version), np.arange(20).astype(str), "model").save(folder / "people.npz")

    def read(self, folder):
        from tfskel import known_people

        return [known_people.KnownPeople.load(folder / "people.npz").vectors[[0]]]


class Shard:
    """A shard of features."""

    def write(self, folder, version):
        from tfskel import feature_shards, features

        names = np.arange(20).astype(str)
        feature_shards.write(folder, 0, 1, {"features": features.Features(_values(version), names, names, names)})

    def read(self, folder):
        from tfskel import feature_shards

        return [feature_shards.read(folder).vectors]


class Training:
    """Weights of a selection and the checkpoint to resume from."""

    def _keeper(self, folder, version):
        import keras

        from tfskel.training import loop

        keras.utils.set_random_seed(version)
        model = keras.Sequential([keras.layers.Input((20,)), keras.layers.Dense(200)])
        optimizer = keras.optimizers.Adam()
        optimizer.build(model.trainable_variables)
        selections = types.SimpleNamespace(state=dict, restore=lambda state: None)
        kept = {"model": model, "optimizer": optimizer}
        phase = types.SimpleNamespace(name="phase", models={"model": model}, trackables=kept, selections=selections)
        return model, loop.Keeper(phase, folder)

    def write(self, folder, version):
        model, keeper = self._keeper(folder, version)
        model.layers[0].kernel.assign(_values(version))
        keeper.keep("last")
        keeper.save(version, ended=False)

    def read(self, folder):
        model, keeper = self._keeper(folder, 9)
        (weights,) = folder.glob("*.weights.h5")
        model.load_weights(weights)
        kept = model.layers[0].kernel.numpy()
        assert keeper.restore()[0] in (2, 3)
        return [kept, model.layers[0].kernel.numpy()]


class Log:
    """Lines and events of a training."""

    def write(self, folder, version):
        from components import logs

        logs.RunLog(folder).scalars("phase", 0, {f"value {n}": float(version) for n in range(300)})

    def read(self, folder):
        from components import logs

        return [np.full((1, 1), next(iter(logs.read(folder)), {}).get("value 7", 1.0))]


class Converted:
    """Weights of an original's checkpoint, replaced by those for longer sequences."""

    def write(self, folder, version):
        from tfskel.checkpoints import convert

        checkpoint = fakes.GOLDEN / "hi_mpc/ckpt_ias_small/best.ckpt"
        convert.convert("hi_mpc", checkpoint, folder / "converted", length=version, force=True)

    def read(self, folder):
        from tfskel import arrays
        from tfskel.checkpoints import convert
        from tfskel.systems.hi_mpc import model as hi_mpc

        described = arrays.read_json(folder / "converted" / convert.DESCRIPTION)
        model = hi_mpc.HiMPC(**{name: described[name] for name in ("skeleton", "length", "units", "heads")})
        model.load_weights(folder / "converted/encoder.weights.h5")
        return [np.full((1, 1), float(described["length"]))]


WRITERS = {Arrays: 1, People: 1, Shard: 1, Training: 1, Log: 1, Converted: 16}
"""Pages that a disk has more than the one before."""


def _state(writer, folder: pathlib.Path) -> list[int]:
    """Version of each part that is read."""
    found = []
    for values in writer.read(folder):
        known = {1: _values(1), 2: _values(2)}
        if isinstance(writer, Log | Converted):
            found.append(int(values[0, 0]))
        else:
            found.append(next((n for n, of in known.items() if np.isin(values[0], of).all()), 0))
    return found


def attempt(writer, disk: pathlib.Path, pages: int) -> tuple[bool, list[str]]:
    """Whether the second state fitted, and the faults."""
    import tensorflow as tf

    faults, fitted = [], True
    with full_disk.mounted(disk, full_disk.ROOM):
        writer.write(disk, 1)
        full_disk.resize(disk, full_disk.used(disk) + pages * full_disk.PAGE)
        try:
            writer.write(disk, 2)
        except (OSError, ValueError, RuntimeError, tf.errors.OpError) as error:
            fitted = False
            if "No space left" not in str(error) or str(disk) not in str(error):
                faults.append(f"{type(error).__name__}: {str(error)[:200]}")
        expected = {2} if fitted else {1, 2}
        try:
            if not set(_state(writer, disk)) <= expected:
                faults.append(f"then it holds {_state(writer, disk)}")
            full_disk.resize(disk, full_disk.ROOM)
            writer.write(disk, 2)
            if set(_state(writer, disk)) != {2}:
                faults.append(f"with room again it holds {_state(writer, disk)}")
        except Exception as error:
            faults.append(f"then {type(error).__name__}: {str(error)[:300]}")
    return fitted, faults


def main() -> int:
    """1 where there was a fault."""
    began, tried, bad = time.monotonic(), 0, 0
    with tempfile.TemporaryDirectory() as folder:
        for kind, step in WRITERS.items():
            for pages in range(0, step * MOST_PAGES, step):
                fitted, faults = attempt(kind(), pathlib.Path(folder) / "disk", pages)
                tried, bad = tried + 1, bad + len(faults)
                for fault in faults:
                    print(f"  FAULT {kind.__name__}, {pages} pages: {fault}", flush=True)
                if fitted:
                    break
            print(f"{kind.__name__}: fits into {pages} pages", flush=True)
    print(f"{tried} disks, {bad} faults, {time.monotonic() - began:.0f} s")
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
