# SPDX-License-Identifier: MIT
"""Models of the package are what their recipes make and do what their cards say; README names people by them."""

import contextlib
import functools
import io
import re

import numpy as np
import pytest

import tfskel
from components import recipe_flags
from datasets_tfds.cmu_walk import embedded as embedded_walks
from tests import fakes
from tfskel import calibration, features, shipped, skeletons
from tfskel.data import recordings, skeleton_split
from tfskel.systems.joint_distances.system import JointDistancesSystem
from tools import false_accepts, make_weights

LENGTH = 6
LAYOUTS = {f"joint_distances_{name}": name for name in skeletons.SKELETONS} | {"hi_mpc_cmu_walk": "kinect_v1"}
LARGEST = 2_000_000  # bytes of all together


@pytest.fixture(scope="module")
def people():
    """Joint layout -> split -> sequences of real people, with the noise of a sensor."""

    def read(layout: str) -> dict:
        stored = layout if layout != "openpose" else "kinect_v1"
        places = skeletons.COMMON_JOINTS.get((stored, layout), range(skeletons.get(layout).num_joints))
        return {
            split: skeleton_split.build(
                recordings.Recordings.from_list(rows).with_joints(places),
                f=LENGTH,
                rule="training" if split == "train" else "testing",
                root=skeletons.get(layout).root,
                origin=skeletons.get(layout).root,
            )
            for split, rows in fakes.real_walks(stored).items()
        }

    return {layout: read(layout) for layout in skeletons.SKELETONS}


def embedded(name, split):
    return tfskel.load(name).embed(split.raw(slice(None)))


def test_every_recipe_has_a_shipped_model_and_all_are_small():
    assert set(shipped.NAMES) == set(make_weights.RECIPES) == set(LAYOUTS)
    files = [path for name in shipped.NAMES for path in shipped.folder(name).rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < LARGEST


@pytest.mark.parametrize("name", [name for name in LAYOUTS if name.startswith("joint_distances")])
def test_joint_distances_are_what_the_recipe_fits_now(name, people):
    splits = people[LAYOUTS[name]]
    config = recipe_flags.read(make_weights.RECIPES[name])[2]
    config.dataset.skeleton = LAYOUTS[name]
    system = JointDistancesSystem(fakes.sections(config), classes=12, seed=1)
    system.fit(splits["train"])
    fitted, stored = system.features(splits["gallery"])["features"].vectors, embedded(name, splits["gallery"])
    ours, theirs = (np.linalg.norm(rows[:, None] - rows[None], axis=-1) for rows in (fitted, stored))
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-3 * theirs.max())


@pytest.mark.parametrize("name", LAYOUTS)
def test_figures_of_the_card_are_those_of_the_model(name, people):
    splits = people[LAYOUTS[name]]
    sides = (features.Features(embedded(name, part), part.identity, part.camera, part.recording)
             for part in (splits["probe"], splits["gallery"]))  # fmt: skip
    found = tfskel.retrieve(*sides)
    card = (shipped.folder(name) / shipped.CARD).read_text(encoding="utf-8")
    columns, result = (re.search(rf"^\| {first} \| (.*) \|$", card, re.MULTILINE)[1].split(" | ")
                       for first in ("epoch chosen by", "last"))  # fmt: skip
    figures = dict(zip(columns, result, strict=True))
    assert (figures["Rank-1"], figures["mAP"]) == (f"{100 * found.rank(1):.1f}", f"{100 * found.mAP:.1f}")
    assert "obtained from mocap.cs.cmu.edu" in card and "## Limits" in card


def test_the_lines_of_the_readme_name_people_whom_nothing_was_trained_for():
    section = (fakes.ROOT / "README.md").read_text(encoding="utf-8").split("## Who is it?")[1].split("\n## ")[0]
    (lines,) = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(lines, "README.md", "exec"), {})
    answers = [line.split() for line in printed.getvalue().splitlines()]
    assert len(answers) == 16 and len({person for person, _ in answers}) == 12
    assert np.mean([person == name for person, name in answers]) >= 0.95


def test_strangers_are_rejected_at_the_wished_share():
    name, walks = "joint_distances_kinect_v1", embedded_walks.splits("kinect_v1", noisy=True)
    gallery, probe = ([(walk["identity"], walk["joints"]) for walk in walks[side]] for side in ("gallery", "probe"))
    make = functools.partial(
        tfskel.Identifier, false_accepts.Remembered(tfskel.load(name)), "", calibration.of_run(shipped.folder(name))
    )
    found = np.array([false_accepts.draw(make, gallery, probe, 8, seed) for seed in range(10)])  # (draws, wished, P, 2)
    stranger, named = np.moveaxis(found, (1, 3), (0, 1))[false_accepts.WISHED.index(0.1)].astype(bool)
    assert stranger.sum() >= 40 and named[stranger].mean() <= 0.1
    assert named[~stranger].mean() >= 0.7


def test_a_folder_of_the_same_name_goes_first_and_an_unknown_name_lists_what_there_is(tmp_path, monkeypatch):
    name = shipped.NAMES[0]
    monkeypatch.chdir(tmp_path)
    assert shipped.folder(name).parent.name == "shipped"
    (tmp_path / name).mkdir()
    assert str(shipped.folder(name)) == name
    with pytest.raises(FileNotFoundError, match=f"joint_distance is no folder.*{', '.join(shipped.NAMES)}"):
        tfskel.load("joint_distance")
