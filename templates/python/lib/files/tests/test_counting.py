from counting import count


def test_the_most_frequent_word_comes_first() -> None:
    assert count("a b, A! c a b") == [("a", 3), ("b", 2), ("c", 1)]


def test_equal_words_are_in_alphabetical_order() -> None:
    assert count("beta alpha_Über 7") == [("7", 1), ("alpha", 1), ("beta", 1), ("über", 1)]


def test_a_text_can_have_no_words() -> None:
    assert count("") == count(" -- ") == []
