# SPDX-License-Identifier: MIT
"""Export: models in forms that other programs run, each compared with the Keras model in its own runtime."""
