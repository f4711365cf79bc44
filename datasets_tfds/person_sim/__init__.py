# SPDX-License-Identifier: MIT
"""Rendered persons: dressed bodies of the walking simulator as small pictures."""
