"""Tools that describe numbers and texts."""

import json
import math
import re
from collections import Counter
from dataclasses import asdict, dataclass

WORD = re.compile(r"\w+")


@dataclass
class Summary:
    count: int
    mean: float
    deviation: float


def _mean(numbers: list[float]) -> float:
    return sum(numbers) / len(numbers)


def summarize(numbers: list[float]) -> str:
    """Count, mean and standard deviation of numbers, as JSON."""
    if not numbers:
        raise ValueError("there are no numbers to summarize")
    mean = _mean(numbers)
    deviation = math.sqrt(_mean([(number - mean) ** 2 for number in numbers]))
    return json.dumps(asdict(Summary(len(numbers), round(mean, 3), round(deviation, 3))))


def common_words(text: str, most: int = 3) -> list[str]:
    """The words that are most often in a text."""
    return [word for word, _ in Counter(WORD.findall(text.lower())).most_common(most)]
