# SPDX-License-Identifier: MIT
"""Makes the models that the package ships: runs their recipes, and copies what is used of the runs, cards included.

python tools/make_weights.py                              all; minutes, for Hi-MPC trains
python tools/make_weights.py joint_distances_kinect_v1    one
"""

import argparse
import pathlib
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from components import screen
from components.compare import entries
from tfskel import arrays, inference, shipped

WALKING = "joint_distances_cmu_walk:pose=True"
# Name of a model -> recipe and settings as tools/run.py --config takes them.
RECIPES = {
    "joint_distances_kinect_v1": WALKING,
    "joint_distances_kinect_v2": f"{WALKING} --config.dataset.options.skeleton=kinect_v2",
    "joint_distances_openpose": f"{WALKING} --config.dataset.skeleton=openpose",
    "hi_mpc_cmu_walk": "hi_mpc_cmu_walk --config.seeds=1 --config.training.epochs=15 --config.selection.held_out=0",
}
# What of a seed's folder is shipped; the rest is the run's own business.
KEPT = (f"{inference.SAVED_MODEL}/{inference.TFLITE}", f"{inference.SAVED_MODEL}/export.json", "results/unknown.json")
FORMS = "--config.export.formats=saved_model,tflite"


def make(name: str, runs: pathlib.Path, out: pathlib.Path) -> None:
    """Runs the recipe of a model, or reuses the finished run, and replaces its folder in `out`."""
    (entry,) = entries.read([(name, f"{RECIPES[name]} {FORMS}")], runs)
    entries.finish([entry], stages=())
    target = out / name
    shutil.rmtree(target, ignore_errors=True)
    for part in KEPT:
        (target / part).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(entry.workdir / "seed_1" / part, target / part)
    card = arrays.read_text(entry.workdir / "report" / shipped.CARD)
    made = f"## Made by\n`python tools/make_weights.py {name}`, which runs the recipe `{RECIPES[name]}`.\n"
    arrays.write_text(target / shipped.CARD, f"{card.rstrip()}\n\n{made}")


def main(arguments: list[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", choices=[[], *RECIPES], default=[])
    parser.add_argument("--runs", type=pathlib.Path, default=pathlib.Path("runs"))
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path(shipped.__file__).parent)
    given = parser.parse_args(arguments)
    with screen.opened():
        for name in given.names or RECIPES:
            make(name, given.runs, given.out)


if __name__ == "__main__":
    main()
