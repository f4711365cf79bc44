# SPDX-License-Identifier: MIT
"""Steps on two devices are those on one, but for the order of sums, whatever couples the items of a batch."""

import json
import sys

import pytest

from tests import fakes
from tests.training import on_two_devices, steps
from tfskel.training import strategy

# A sum in another order moves the last of seven digits, and a loss is a sum of a few hundred of such values. The
# optimisers divide a gradient by its own size, so that entries near zero, whose digits are rounding, turn their step:
# few of them, which is why the weights' difference is held to their way as a whole.
LOSSES, WEIGHTS = 1e-5, 1e-3
# What the generator's turned step draws is judged by networks whose step turned, too.
OF_GAN = {"ST-ReIDNet GAN": 1e-4}
ODD = "recognition, odd batch"
QUICK = ("recognition", ODD, "uPMnet")


def found(names):
    ended = fakes.run([sys.executable, "-m", "tests.training.on_two_devices", *names])
    assert not ended.returncode, ended.stderr[-3000:]
    return json.loads(ended.stdout.splitlines()[-1])


@pytest.mark.parametrize(
    "names",
    [QUICK, *(pytest.param((name,), marks=pytest.mark.slow) for name in steps.TINY if name not in QUICK)],
)
def test_two_devices_give_losses_and_weights_of_one(names):
    for name, apart in found(names).items():
        assert apart["losses"] < OF_GAN.get(name, LOSSES), (name, apart)
        assert apart["weights"] < WEIGHTS and apart["way"] > 0, (name, apart)
        assert apart["parts"] == (1 if name == ODD else 2)


def test_several_workers_need_tf_config(monkeypatch):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    with pytest.raises(ValueError, match="multi_worker needs TF_CONFIG"):
        strategy.start("multi_worker")
    with pytest.raises(ValueError, match="strategy must be one of '', 'mirrored', 'multi_worker'; received 'all'"):
        strategy.start("all")
    assert on_two_devices.STEPS > 1 and not strategy.distributed()
