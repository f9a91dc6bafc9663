"""The sentiment of words and signs, from -4 (terrible) to 4 (wonderful)."""


def _words(value: float, words: str) -> dict[str, float]:
    return dict.fromkeys(words.split(), value)


WORDS = {
    **_words(3.5, "adore adored amazing awesome bliss brilliant excellent fantastic incredible magnificent masterpiece"),
    **_words(3.5, "outstanding perfect perfectly phenomenal splendid stunning superb terrific wonderful wonderfully"),
    **_words(2.5, "beautiful beautifully best delight delighted delightful elegant enjoy enjoyed excited exciting great"),
    **_words(2.5, "happy impressed impressive joy love loved lovely loves proud recommend thrilled triumph win won"),
    **_words(1.5, "better calm clean clear easy fair fast fine friendly fun glad good helpful hope interesting kind like"),
    **_words(1.5, "liked nice pleasant pleased quick reliable safe simple smart smile smooth solid thank thanks useful warm"),
    **_words(-1.5, "annoyed annoying bad boring bug bugs cold confused confusing delay delayed difficult dirty dull late"),
    **_words(-1.5, "lost mess missing poor problem problems sad slow sorry tired ugly unclear unhappy weak worry wrong"),
    **_words(-2.5, "angry broken broke crash crashed crashes damaged disappointed disappointing fail failed fails failure"),
    **_words(-2.5, "fear hurt lie lied pain painful rude stupid terrified unacceptable unusable useless waste worse"),
    **_words(-3.5, "abysmal appalling atrocious awful despicable disaster disgusting dreadful hate hated hates hideous"),
    **_words(-3.5, "horrible horrific nightmare pathetic scam terrible vile worst worthless"),
    # A few words from elsewhere.
    **_words(3.0, "wunderbar großartig magnifique génial maravilloso estupendo bellissimo fantastico"),
    **_words(-3.0, "schrecklich furchtbar affreux horrible kaputt terribile espantoso"),
}

EMOJI = {
    **_words(3.0, "🎉 🥳 😍 🤩 ❤ 💖 🏆 🚀"),
    **_words(2.0, "😀 😃 😄 😁 😊 🙂 😂 👍 👏 ☀ 🌈 :-) :) :D"),
    **_words(-2.0, "🙁 ☹ 😕 😟 😢 😭 👎 💔 :-( :("),
    **_words(-3.0, "😠 😡 🤬 🤮 💩 😱"),
}

NEGATIONS = frozenset("not no never none nobody nothing neither nor without hardly cannot nicht kein pas".split())

EMPHASIS = {
    **_words(1.3, "very really so truly quite such"),
    **_words(1.6, "absolutely completely extremely incredibly totally utterly"),
}

DAMPERS = _words(0.6, "slightly somewhat rather fairly little bit almost")
