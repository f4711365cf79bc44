# SPDX-License-Identifier: MIT
"""Simulated walking skeletons: identities, gait, sensor and the data set made of them."""
