# SPDX-License-Identifier: MIT
"""Models that are part of the package: a folder each, as a run leaves one for a seed, with a card of what it is."""

import os
import pathlib

CARD = "model_card.md"
_FOLDER = pathlib.Path(__file__).parent
NAMES = tuple(sorted(card.parent.name for card in _FOLDER.glob(f"*/{CARD}")))


def folder(model: str | os.PathLike) -> pathlib.Path:
    """The folder of a shipped model where one of `NAMES` is given and the working folder has nothing of that name;
    else the path itself."""
    path = pathlib.Path(model)
    return _FOLDER / path if str(model) in NAMES and not path.exists() else path
