# SPDX-License-Identifier: MIT
"""Cost of a Hi-MPC epoch on many sequences: encode all, cluster every level, then some training steps.

python tools/bench_epoch.py --sequences 100000

Sequences come from the walking simulator, a different one for every frame; the network is the default one, untrained.
Times are processor seconds of all threads; memory is the peak of the whole process.
"""

import argparse
import resource
import tempfile
import time

import numpy as np

from components import terminal

FRAMES, TAKES, LENGTH = 105, 20, 6  # frames of a recording, recordings of a person, frames of a sequence
STEPS = 20  # training steps that are timed


def walkers(sequences: int):
    """The first N different sequences of as many simulated people as they need."""
    from datasets_tfds.gait_sim import simulator
    from tfskel.data import recordings, windows
    from tfskel.data import skeleton_split as sequence_sets

    people = -(-sequences // (TAKES * (FRAMES - LENGTH + 1)))
    options = simulator.Options(num_identities=people, recordings_per_identity=TAKES, frames=FRAMES)
    pairs = ((person, take) for person in range(people) for take in range(TAKES))
    cut = recordings.Recordings.from_list(simulator.example(options, person, take) for person, take in pairs)
    every = windows.every(cut, LENGTH)
    chosen = windows.Windows(every.start[:sequences], every.recording[:sequences], LENGTH)
    return sequence_sets.Sequences(cut, chosen, 0, recordings.sorted_identities(cut.identity))


def main() -> None:
    """Prints a line for each part of the epoch."""
    terminal.replace_unprintable()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sequences", type=int, default=100000)
    parser.add_argument("--eps", type=float, default=0.6)
    options = parser.parse_args()

    from configs import hi_mpc as recipe
    from tfskel.systems import fit as fit_data
    from tfskel.systems.hi_mpc import system as hi_mpc_system
    from tfskel.training import selection

    config = recipe.base()
    config.dataset.update(skeleton="kinect_v1", length=LENGTH)
    config.training.update(eps=options.eps, resample=False)
    train = walkers(options.sequences)
    few = train.take(slice(0, 1))
    print(
        f"{len(train):,} sequences of {len(train.classes)} simulated people, {train.raw(0).nbytes} bytes each",
        flush=True,
    )
    system = hi_mpc_system.HiMPCSystem(config, len(train.classes), 0)
    system.embed(few)
    with tempfile.TemporaryDirectory() as folder:
        data = fit_data.FitData(train, train, train, "probe")
        phase = system.phase(hi_mpc_system.PHASE, data, selection.Tracks({}), folder)
        began, wall = time.process_time(), time.monotonic()
        found = phase.start_epoch(0)
        _line("features, clusters and prototypes of three levels", began, wall)
        print(", ".join(f"{name} {value:.4g}" for name, value in found.items()), flush=True)
        began, wall = time.process_time(), time.monotonic()
        losses = [float(phase.step(*batch)["total"]) for batch, _ in zip(phase.batches(0), range(STEPS), strict=False)]
        _line(f"{len(losses)} of {phase.steps} training steps, mean loss {np.mean(losses):.4g}", began, wall)


def _line(what: str, began: float, wall: float) -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    cpu, seconds = time.process_time() - began, time.monotonic() - wall
    print(f"{what}: {cpu:.1f} CPU s, {seconds:.1f} s, peak memory so far {peak:.2f} GiB", flush=True)


if __name__ == "__main__":
    main()
