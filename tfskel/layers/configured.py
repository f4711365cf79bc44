# SPDX-License-Identifier: MIT
"""Layers and models that Keras can make again: their configuration is what they were constructed with."""

import inspect


class Configured:
    """Mix-in before keras.layers.Layer or keras.Model; every argument must be stored under its own name.

    Such arguments are plain values, which a `.keras` file can hold.
    """

    def get_config(self) -> dict:
        """What `from_config` needs: the constructor's arguments, and those of every Keras layer."""
        named = [name for name in inspect.signature(type(self)).parameters if name != "kwargs"]
        return super().get_config() | {name: getattr(self, name) for name in named}
