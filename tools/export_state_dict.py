# SPDX-License-Identifier: MIT
"""Writes the networks of a run as state dicts with the names and layouts of the original program, for PyTorch.

python tools/export_state_dict.py runs/st_reidnet_person_sim/seed_1/model OUT
python tools/export_state_dict.py MODEL OUT --selection last --format npz

MODEL is a model folder of a run. OUT gets a file for each network. In PyTorch:
    network.load_state_dict(safetensors.torch.load_file("OUT/encoder.safetensors"), strict=False)
where only counters of batches (num_batches_tracked) are missing. A .pth file is a pickle, which only PyTorch writes.
"""

from __future__ import annotations

import argparse
import importlib
import pathlib
import sys
from collections.abc import Sequence

import ml_collections

from components import terminal
from components import train as training_stage
from tfskel import arrays, systems
from tfskel.checkpoints import weight_file


def export(model: pathlib.Path, out: pathlib.Path, selection: str, ending: str = weight_file.SAFETENSORS) -> list:
    """Writes a file for each network and returns their paths.

    Raises:
        FileNotFoundError: the folder is none of a run.
        ValueError: the selection kept no weights, or the system has no names of PyTorch.
        ModuleNotFoundError: .safetensors needs a library that is not installed.
    """
    described = arrays.read_json(model / training_stage.DESCRIPTION)
    names = importlib.import_module(f"tfskel.systems.{described['system']}.original")
    if not hasattr(names, "state_dict"):
        raise ValueError(f"the original of {described['system']} does not use PyTorch.")
    recipe = _recipe(model)
    system = systems.find(described["system"])(recipe, len(described["classes"]), described["seed"])
    written = []
    for phase in system.PHASES:
        if not system.load(model, phase, selection):
            kept = ", ".join(described["epochs"][phase])
            raise ValueError(f"selection {selection!r} kept no weights of phase {phase}; the selections are {kept}.")
        for name, network in system.models[phase].items():
            written.append(out / f"{name}{ending}")
            weight_file.write(written[-1], names.state_dict(network))
    return written


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes OUT and prints its files; returns 1 with a message if that is not possible."""
    terminal.replace_unprintable()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=pathlib.Path, metavar="MODEL")
    parser.add_argument("out", type=pathlib.Path, metavar="OUT")
    parser.add_argument("--selection", default="probe-best", help="whose weights (default: probe-best)")
    parser.add_argument("--format", choices=("safetensors", "npz"), default="safetensors")
    options = parser.parse_args(arguments)
    try:
        written = export(options.model, options.out, options.selection, f".{options.format}")
    except (ValueError, OSError, ModuleNotFoundError) as error:
        print(f"export_state_dict: {error}", file=sys.stderr)
        return 1
    print("\n".join(map(str, written)))
    return 0


def _recipe(model: pathlib.Path) -> dict:
    """The sections of the run that a model folder belongs to."""
    files = (parent / "config.json" for parent in model.absolute().parents)
    file = next((file for file in files if file.is_file()), None)
    if file is None:
        raise FileNotFoundError(f"there is no config.json above {model}; give the model folder of a run.")
    config = arrays.read_json(file)
    return {name: ml_collections.ConfigDict(section) for name, section in config.items() if isinstance(section, dict)}


if __name__ == "__main__":
    sys.exit(main())
