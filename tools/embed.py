# SPDX-License-Identifier: MIT
"""Features of a split in shards: python tools/embed.py --model RUN/seed_1 --side gallery --out FOLDER"""

from components import embed

if __name__ == "__main__":
    embed.console()
