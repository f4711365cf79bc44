# SPDX-License-Identifier: MIT
"""The ready-cut sequences that authors publish: which there are, where they stand, and their data set."""
