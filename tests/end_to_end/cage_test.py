# SPDX-License-Identifier: MIT
"""CAGE through the command line: the simulator, and trees in the authors' layout for every protocol of its programs."""

import json
import subprocess
import sys

import numpy as np
import pytest

from tests import fakes

ROOT = fakes.ROOT
GOLDEN = ROOT / "tests/golden/cage"
SMALL = ["--config.network.units=8", "--config.training.epochs=2", "--config.training.batch_size=4",
         "--config.selection.held_out=0.0"]  # fmt: skip
RECOGNITION = ["--config.recognition.epochs=30", "--config.recognition.batch_size=16",
               "--config.recognition.learning_rate=0.01"]  # fmt: skip


def run(recipe, workdir, *extra):
    program = [sys.executable, str(ROOT / "tools/run.py"), "--config", str(ROOT / "configs" / recipe)]
    words = [*program, "--workdir", str(workdir), *SMALL, *extra]
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=600)


def write(folder, name, length, joints, persons, prefix=""):
    """One split in the authors' layout: coordinates, reversed coordinates, persons."""
    folder.mkdir(parents=True)
    for axis, values in zip("xyz", np.moveaxis(joints, -1, 0), strict=True):
        for kind, frames in (("source", values), ("target", values[:, ::-1])):
            np.save(folder / f"{prefix}{kind}_{axis}_{name}_{length}.npy", frames.reshape(-1, joints.shape[2]))
    np.save(folder / f"ids_{name}_{length}.npy", np.array(persons, object))


def walkers(seed, people, each, length, joints):
    """(N, f, J, 3) of people of their own shape, and person -> rows."""
    rng, shapes = np.random.default_rng(seed), np.random.default_rng(0).normal(size=(people, 1, joints, 3))
    sway = 0.05 * rng.normal(size=(people * each, length, joints, 3)).cumsum(axis=1)
    persons = {person: list(range(person * each, (person + 1) * each)) for person in range(people)}
    return np.repeat(shapes, each, axis=0) + sway, persons


def rows(workdir):
    return json.loads((workdir / "report/metrics.json").read_text())["rows"]


def test_three_tasks_run_from_the_authors_arrays(tmp_path):
    base = tmp_path / "Datasets/IAS/6"
    write(base / "IAS_train_npy_data", "IAS", 6, *walkers(1, 4, 8, 6, 20))
    for seed, test in ((2, "IAS-A"), (3, "IAS-B")):
        folder = base / "IAS_test_npy_data"
        part = tmp_path / test
        write(part, test, 6, *walkers(seed, 4, 6, 6, 20), prefix="t_")
        folder.mkdir(exist_ok=True)
        for path in part.iterdir():
            path.rename(folder / path.name)
        part.rmdir()
    extra = [f"--config.dataset.manual_dir={tmp_path}", *RECOGNITION]
    result = run("cage_ias.py:probe=b,variant=plus", tmp_path / "run", *extra)
    assert result.returncode == 0, result.stdout[-2000:] + result.stderr[-3000:]
    table = {(row["family"], row["selection"]): row for row in rows(tmp_path / "run")}
    assert table["A recognition network", "last"]["metrics"]["rank1"] >= 0.75
    assert table["B retrieval", "last of frames"]["metrics"]["rank1"] == 1.0
    assert table["A recognition network, complete batches", "last"]["scored"] < 24
    pictures = np.load(tmp_path / "run/seed_1/model/pictures.npz")
    assert "attention/locality target" in pictures.files


def test_cross_view_evaluation_runs_on_the_view_of_its_argument(tmp_path):
    base = tmp_path / "Datasets/CASIA_B/20/view_3"
    write(base / "CASIA_B_train_npy_data", "CASIA_B", 20, *walkers(1, 3, 5, 20, 14))
    write(base / "CASIA_B_test_npy_data", "CASIA_B", 20, *walkers(2, 3, 4, 20, 14), prefix="t_")
    extra = [f"--config.dataset.manual_dir={tmp_path}", *RECOGNITION]
    result = run("cage_casia_b.py:view=3", tmp_path / "run", *extra)
    assert result.returncode == 0, result.stdout[-2000:] + result.stderr[-3000:]
    table = {(row["family"], row["selection"]): row for row in rows(tmp_path / "run")}
    assert table["A recognition network", "last"]["scored"] == 12
    missing = run("cage_casia_b.py:view=4", tmp_path / "other", *extra)
    assert missing.returncode != 0 and "casia_b_view4_f20" in missing.stderr and "Traceback" not in missing.stderr


def test_conditions_are_matched_by_the_originals_rule(tmp_path):
    recorded = np.load(GOLDEN / "pipeline_cme_cl_nm_f10.npz")
    base = tmp_path / "Datasets/CASIA_B_match/10"
    joints, persons = {}, {}
    for part in ("gallery", "probe"):
        keys = recorded[f"input/{part}_ids_keys"].tolist()
        joints[part] = recorded[f"input/{part}"]
        persons[part] = {key: recorded[f"input/{part}_ids_{key}"].tolist() for key in keys}
    write(base / "CASIA_B_train_npy_data", "CASIA_B", 10, joints["gallery"], persons["gallery"])
    tests = base / "CASIA_B_test_npy_data"
    for condition, part in (("nm", "gallery"), ("cl", "probe")):
        write(tests / condition, "CASIA_B", 10, joints[part], persons[part], prefix="t_")
    extra = [f"--config.dataset.manual_dir={tmp_path}", "--config.dataset.length=10",
             "--config.dataset.options.config=casia_b_f10"]  # fmt: skip
    for probe, least in (("cl.nm", 0.0), ("nm.nm", 0.2)):
        workdir = tmp_path / probe
        result = run(f"cage_casia_b.py:probe={probe}", workdir, *extra)
        assert result.returncode == 0, result.stdout[-2000:] + result.stderr[-3000:]
        (row,) = [r for r in rows(workdir) if r["selection"] == "last" and "the original's matching" in r["family"]]
        assert row["scored"] == len(recorded["cage/test"]) and least <= row["metrics"]["rank1"] <= 1
        assert not any(r["family"].startswith("A") for r in rows(workdir))


@pytest.mark.parametrize("extra, message", [
    (["--config.training.tasks=('juggling',)"], "training.tasks must be one of 'rev_rec', 'prediction', 'sorting'"),
    (["--config.training.temperature=0.0"], "temperature must be above 0"),
    (["--config.training.learning_rate=1e30"], "Lower the learning rate"),
    (["--config.training.batch_size=100000"], "batch is larger than the data"),
])  # fmt: skip
def test_a_users_mistake_is_one_clear_message(tmp_path, extra, message):
    result = run("cage_gait_sim.py", tmp_path, "--config.dataset.options.num_identities=4",
                 "--config.dataset.options.recordings_per_identity=4", *extra)  # fmt: skip
    assert result.returncode != 0 and message in result.stderr and "Traceback" not in result.stderr
