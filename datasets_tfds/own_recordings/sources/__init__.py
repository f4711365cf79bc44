# SPDX-License-Identifier: MIT
"""Readers of the files that pose estimators and motion capture write."""
