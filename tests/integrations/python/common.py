"""What all programs share: the question, the two tools, and who asks."""

import json

QUESTION = "Do I need an umbrella in Atlantis? Look it up in the handbook."
HANDBOOK = [
    "Umbrellas are lent at the front desk, also to visitors.",
    "The canteen opens at noon.",
    "Rain is announced by three short rings.",
]
SYSTEM = "You answer briefly and only from what your tools say."
USER, SESSION, TAGS = "ada", "rainy-day", ["weather", "handbook"]
MODEL, EMBEDDING_MODEL, BROKEN_MODEL = "gpt-5-mini", "text-embedding-3-small", "gpt-5-mini-gone"


def search_handbook(query: str) -> str:
    """Searches the staff handbook.

    Args:
        query: What to look for.
    """
    return json.dumps({"query": query, "found": HANDBOOK[0]})


def get_weather(city: str) -> str:
    """Says what the weather is like.

    Args:
        city: The name of the city.
    """
    raise ValueError(f"there is no weather station in {city}")
