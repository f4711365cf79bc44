# SPDX-License-Identifier: MIT
"""Simulated people for the system joint_distances: their statistics as the file that the package holds.

python tools/joint_distances.py simulate --seed=1 --out=tfskel/systems/joint_distances/simulated.npz
"""

import argparse
import pathlib
import sys

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from datasets_tfds.gait_sim import simulator
from tfskel import arrays, skeletons
from tfskel.data import recordings, windows

PEOPLE, RECORDINGS, FRAMES, NOISE, STRIDE = 100, 6, 60, 0.02, 4
# Joint of Kinect v1 for each name of OpenPose that it calls otherwise.
OTHER_NAMES = {"Neck": "ShoulderCenter"}


def population(layout: str, seed: int) -> recordings.Recordings:
    """Recordings of 100 simulated people, six each, with sensor noise of 2 cm, in any joint layout."""
    simulated = layout if layout != "openpose" else "kinect_v1"
    options = simulator.Options(
        skeleton=simulated, num_identities=PEOPLE, recordings_per_identity=RECORDINGS, frames=FRAMES, noise=NOISE,
        seed=seed,
    )  # fmt: skip
    names = skeletons.get(simulated).joint_names
    joints = [names.index(OTHER_NAMES.get(name, name) if layout != simulated else name)
              for name in skeletons.get(layout).joint_names]  # fmt: skip
    rows = (simulator.example(options, person, number) for person in range(PEOPLE) for number in range(RECORDINGS))
    return recordings.Recordings.from_list(row | {"joints": row["joints"][:, joints]} for row in rows)


def statistics(walks: recordings.Recordings, layout: str, scale_free: bool, length: int) -> dict[str, np.ndarray]:
    """Packed statistics of a population, see `simulated.pack`."""
    from tfskel.systems.joint_distances import model, simulated
    from tfskel.systems.joint_distances import statistics as scatters

    every = windows.every(walks, length)
    chosen = (every.start - walks.start[every.recording]) % STRIDE == 0
    sequences = windows.gather(walks.joints, every.start[chosen], length)
    described = np.asarray(model.Descriptor(layout, scale_free, pose=True)(sequences), np.float64)
    identity = walks.identity[every.recording[chosen]]
    means = np.stack([described[identity == name].mean(axis=0) for name in np.unique(identity)])
    return simulated.pack(layout, scale_free, scatters.measure([described], identity), means)


def simulate(seed: int, out: pathlib.Path) -> None:
    """Writes the statistics of all joint layouts."""
    from tfskel.systems.joint_distances import simulated

    packed = {"seed": np.array(seed), "command": np.array(f"python tools/joint_distances.py simulate --seed={seed}")}
    for layout in skeletons.SKELETONS:
        walks = population(layout, seed)
        for scale_free in (False, True):
            packed |= statistics(walks, layout, scale_free, simulated.LENGTH)
    with arrays.complete(out) as unfinished:
        np.savez_compressed(unfinished, **packed)


def main(arguments: list[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("task", choices=["simulate"])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    given = parser.parse_args(arguments)
    simulate(given.seed, given.out)


if __name__ == "__main__":
    main()
