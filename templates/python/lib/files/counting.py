"""Counts words. It does not use the WIT, so that `pytest` can test it directly."""

import re
from collections import Counter

# Letters and digits of any script.
WORD = re.compile(r"[^\W_]+")


def count(text: str) -> list[tuple[str, int]]:
    """Each word in lower case and how often it occurs: the most frequent first, equal ones in alphabetical order."""
    words = Counter(WORD.findall(text.lower()))
    return sorted(words.items(), key=lambda word: (-word[1], word[0]))
