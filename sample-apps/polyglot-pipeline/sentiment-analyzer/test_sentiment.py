"""Run with `python3 -m unittest` in this folder."""

import unittest

from sentiment import label, score


class Score(unittest.TestCase):
    def test_texts_of_opposite_meaning_get_opposite_scores(self):
        self.assertGreater(score("What a wonderful day"), 0.5)
        self.assertLess(score("What a terrible day"), -0.5)

    def test_a_text_without_feeling_is_neutral(self):
        self.assertEqual(score("The train leaves at nine"), 0.0)
        self.assertEqual(score(""), 0.0)
        self.assertEqual(label(0.0), "neutral")

    def test_negation_turns_a_word_around_within_its_clause(self):
        self.assertLess(score("This is not a good idea"), 0.0)
        self.assertLess(score("It isn’t good"), 0.0)
        self.assertGreater(score("Not now, good friend"), 0.0)

    def test_a_negated_word_is_milder_than_its_opposite(self):
        self.assertGreater(score("not good"), score("bad") - 0.01)

    def test_emphasis_counts(self):
        self.assertGreater(score("extremely good"), score("good"))
        self.assertLess(score("slightly good"), score("good"))

    def test_emoji_count_even_where_they_touch_words(self):
        self.assertGreater(score("see you🎉"), 0.0)
        self.assertLess(score("see you 😡"), 0.0)
        self.assertGreater(score("ok :-)"), 0.0)

    def test_scores_stay_between_minus_one_and_one(self):
        self.assertLess(score("wonderful " * 10_000), 1.0 + 1e-9)
        self.assertGreater(score("terrible " * 10_000), -1.0 - 1e-9)


if __name__ == "__main__":
    unittest.main()
