# SPDX-License-Identifier: MIT
"""Feature files of the original program are evaluated as they lie there, in one file or several."""

import numpy as np
import pytest
from scipy import io

from tests import fakes
from tests.parity import reading
from tools import evaluate_mat

TWO, MANY = (fakes.GOLDEN / "upmnet" / f"cmc_{name}_camera.npz" for name in ("two", "multi"))


def write(path, values, name="test"):
    path.parent.mkdir(exist_ok=True)
    io.savemat(path, {name: values})
    return str(path)


def printed(capsys, *arguments) -> dict[str, float]:
    assert evaluate_mat.main([str(argument) for argument in arguments]) == 0
    lines = (line.rpartition(" ") for line in capsys.readouterr().out.splitlines())
    return {name.strip(): float(value) for name, _, value in lines}


def refused(capsys, *arguments) -> str:
    assert evaluate_mat.main([str(argument) for argument in arguments]) == 1
    return capsys.readouterr().err


@pytest.fixture
def two(tmp_path):
    """Recorded features of a split in the original's files: one array, and pieces of a folder."""
    case = reading.prefixed(reading.load(TWO), "split2/")
    write(tmp_path / "local.mat", case["local_features"])
    for number, piece in enumerate(np.array_split(case["global_features"], [20, 50])):
        write(tmp_path / "global" / f"test_{number}.mat", piece)
    write(tmp_path / "testID.mat", case["person_ids"][:, None].astype(np.uint8))
    write(tmp_path / "testCAM.mat", case["cam_ids"][:, None].astype(np.uint8))
    lines = [f"cam{c}/{i}.png {i} {c} 1" for i, c in zip(case["person_ids"], case["cam_ids"], strict=True)]
    (tmp_path / "testdata.txt").write_text("\n".join(lines))
    return tmp_path, case


@pytest.mark.parametrize("labels", [["--list", "testdata.txt"], ["--ids", "testID.mat", "--cameras", "testCAM.mat"]])
def test_recorded_curves_are_printed(two, capsys, monkeypatch, labels):
    folder, case = two
    monkeypatch.chdir(folder)
    one_way = printed(capsys, "prid2011", "local.mat", "global", *labels)
    both = printed(capsys, "ilids_vid", "local.mat", "global", *labels)
    curves = np.stack([case["cmc_probe1"], case["cmc_probe2"]])
    for rank in (1, 5, 10):
        assert one_way[f"rank{rank}"] == pytest.approx(100 * curves[0, rank - 1], abs=0.005)
        assert both[f"rank{rank}"] == pytest.approx(100 * curves[:, rank - 1].mean(), abs=0.005)
    assert printed(capsys, "prid2011", "local.mat", "global", "--pooling=mean", *labels) != one_way


def test_a_table_of_tracks_is_evaluated_in_the_protocol_of_many_cameras(tmp_path, capsys):
    recorded = reading.load(MANY)
    files = [write(tmp_path / f"{name}.mat", recorded[f"{name}_features"]) for name in ("local", "global")]
    tracks = ["--tracks", write(tmp_path / "tracks.mat", recorded["track_info"])]
    query = ["--query", write(tmp_path / "query.mat", recorded["query_index_1based"][None])]
    found = printed(capsys, "dukemtmc_videoreid", *files, *tracks, *query)
    assert found["mAP trapezoid"] == pytest.approx(100 * recorded["mean_ap"], abs=0.005)
    assert found["rank1"] == pytest.approx(100 * recorded["cmc"][0], abs=0.005)
    assert "needs --query" in refused(capsys, "dukemtmc_videoreid", *files, *tracks)
    wrong = write(tmp_path / "query.mat", [[0, 1]])
    assert "query.mat must hold numbers of tracks from 1 to 40" in refused(
        capsys, "dukemtmc_videoreid", *files, *tracks, "--query", wrong
    )
    recorded["track_info"][3, 0] += 1
    tracks[1] = write(tmp_path / "tracks.mat", recorded["track_info"])
    assert "tracks.mat, track 4: frames" in refused(capsys, "dukemtmc_videoreid", *files, *tracks, *query)


def test_what_does_not_fit_is_named(two, capsys, monkeypatch):
    folder, case = two
    monkeypatch.chdir(folder)
    listed = ["--list", "testdata.txt"]
    assert "no probe 'probe'; choose a or b" in refused(capsys, "ias", "local.mat", *listed)
    assert "not one of tracklets" in refused(capsys, "released", "local.mat", *listed)
    assert "name the frames: --list FILE" in refused(capsys, "prid2011", "local.mat")
    assert "none.mat" in refused(capsys, "prid2011", "none.mat", *listed)
    assert "testdata.txt is no MATLAB file of version 5 to 7.2" in refused(capsys, "prid2011", "testdata.txt", *listed)
    assert "must hold (frames, features, parts)" in refused(capsys, "prid2011", "testID.mat", *listed)
    (folder / "global" / "test_1.mat").unlink()
    assert "holds test_0.mat, test_2.mat; expected one file" in refused(capsys, "prid2011", "global", *listed)
    write(folder / "short.mat", case["local_features"][:-1])
    assert "features of 80 frames, but 81 are listed" in refused(capsys, "prid2011", "short.mat", *listed)
    assert "frames and parts equal; received" in refused(capsys, "prid2011", "short.mat", "local.mat", *listed)
    (folder / "testdata.txt").write_text("a.png 1 1\nb.png x 1\n")
    assert "testdata.txt, line 2: expected a path, a tracklet and a camera" in refused(
        capsys, "prid2011", "local.mat", *listed
    )
