"""Addresses in the writing of many offices."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enishi.core.japanese import Unclear, address, address_of_columns, postal_lookup, prefectures
from enishi.core.japanese.places import gazetteer

READ = """
東京都千代田区丸の内1-2-3-405 | 東京都 | 千代田区 | 丸の内1-2-3 | 405
"""
