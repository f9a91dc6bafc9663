"""The component `sentiment-analyzer`: connects the model to the world.

Everything is imported here at the top: a component holds only what was imported when it was built.
"""

import sentiment
from wit_world import exports
from wit_world.exports.analyzer import AnalysisResult


class Analyzer(exports.Analyzer):
    def analyze(self, input: str) -> AnalysisResult:
        score = sentiment.score(input)
        return AnalysisResult(score, sentiment.label(score))
