# SPDX-License-Identifier: MIT
"""Compares recipes on one data set in one table: python tools/compare.py demo"""

from components.compare import main

if __name__ == "__main__":
    main.console()
