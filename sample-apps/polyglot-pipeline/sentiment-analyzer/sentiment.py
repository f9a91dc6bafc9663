"""The model: a word list, negation, emphasis and emoji."""

import math
import re

from lexicon import DAMPERS, EMOJI, EMPHASIS, NEGATIONS, WORDS

# Signs of the emoji list, words with inner apostrophes, and punctuation that ends a clause.
TOKENS = re.compile("|".join(map(re.escape, EMOJI)) + r"|[^\W\d_]+(?:['’][^\W\d_]+)*|[.,;:!?]")
# How many words a negation affects.
REACH = 3
# A negated word loses its force and points the other way: "not good" is milder than "bad".
NEGATED = -0.7
# How fast the score approaches -1 or 1 as words add up.
DAMPING = 9.0


def score(text: str) -> float:
    """The sentiment of a text, from -1 (bad) to 1 (good)."""
    total = 0.0
    negated = 0
    force = 1.0
    for token in TOKENS.findall(text):
        word = token.lower().replace("’", "'")
        if word in ".,;:!?":
            negated, force = 0, 1.0
        elif word in NEGATIONS or word.endswith("n't"):
            negated = REACH
        elif word in EMPHASIS:
            force = EMPHASIS[word]
        elif word in DAMPERS:
            force = DAMPERS[word]
        else:
            # Emoji speak for themselves: "not bad 🎉" still celebrates.
            value = EMOJI.get(token, 0.0) + WORDS.get(word, 0.0) * force * (NEGATED if negated else 1.0)
            total += value
            negated, force = max(0, negated - 1), 1.0
    return total / math.sqrt(total * total + DAMPING)


def label(score: float) -> str:
    """The score in a word."""
    if score > 0.1:
        return "positive"
    if score < -0.1:
        return "negative"
    return "neutral"
