# SPDX-License-Identifier: MIT
"""Neighbours, clusters and metrics of features in shards: python tools/shards.py cluster FOLDER"""

from components import shards

if __name__ == "__main__":
    shards.console()
