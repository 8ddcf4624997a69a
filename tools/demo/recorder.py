"""Records one made-up trace: a clock that only the story moves, and the observations told so far."""

import contextlib
import json
import random
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

# Output tokens per second and time to the first one, roughly as the providers' models feel.
SPEED = {
    "gpt-4o": (70, 0.45),
    "gpt-4o-mini": (110, 0.35),
    "gpt-4.1": (65, 0.5),
    "gpt-4.1-mini": (120, 0.35),
    "claude-sonnet-4-5-20250929": (60, 0.9),
    "claude-haiku-4-5-20251001": (130, 0.5),
    "gemini-2.5-flash": (160, 0.4),
}


@dataclass
class Observation:
    id: str
    parent_id: str | None
    name: str
    kind: str
    start: float
    end: float = 0.0
    input: object = None
    output: object = None
    metadata: dict = field(default_factory=dict)
    level: str | None = None
    status_message: str | None = None
    model: str | None = None
    model_parameters: dict | None = None
    usage: dict | None = None
    first_token: float | None = None
    prompt: tuple[str, int] | None = None
    attributes: dict = field(default_factory=dict)  # sent as they are: foreign instrumentation

    def fail(self, message: str) -> None:
        self.level, self.status_message = "ERROR", message

    def warn(self, message: str) -> None:
        self.level, self.status_message = "WARNING", message


@dataclass
class Score:
    name: str
    value: object
    kind: str = "NUMERIC"
    observation_id: str | None = None
    comment: str | None = None


class Story:
    """One trace. `with story.observe(...)` nests; `wait` lets time pass; `parallel` runs branches at once."""

    def __init__(self, rng: random.Random, start: float, name: str, **context):
        self.rng = rng
        self.now = start
        self.start = start
        self.name = name
        self.trace_id = uuid.UUID(int=rng.getrandbits(128)).hex
        self.user: str | None = context.get("user")
        self.session: str | None = context.get("session")
        self.tags: list[str] = context.get("tags", [])
        self.environment: str = context.get("environment", "production")
        self.release: str = context.get("release", "2026.11.2")
        self.metadata: dict = context.get("metadata", {})
        self.observations: list[Observation] = []
        self.scores: list[Score] = []
        self._open: list[str] = []

    def wait(self, low: float, high: float | None = None) -> None:
        self.now += self.rng.uniform(low, low * 1.6 if high is None else high)

    @contextlib.contextmanager
    def observe(self, name: str, kind: str = "span", **fields) -> Iterator[Observation]:
        observation = Observation(
            id=f"{self.rng.getrandbits(64):016x}",
            parent_id=self._open[-1] if self._open else None,
            name=name,
            kind=kind,
            start=self.now,
            **fields,
        )
        self.observations.append(observation)
        self._open.append(observation.id)
        self.wait(0.001, 0.004)
        try:
            yield observation
        finally:
            self.wait(0.001, 0.004)
            self._open.pop()
            observation.end = max(self.now, observation.start + 0.001)

    def parallel(self, *branches: Callable[[], None]) -> None:
        """The branches start together; afterwards it is as late as the slowest of them."""
        fork, ends = self.now, []
        for branch in branches:
            self.now = fork + self.rng.uniform(0.0, 0.006)
            branch()
            ends.append(self.now)
        self.now = max(ends)

    def generate(
        self, name: str, model: str, messages: list[dict], answer, *, kind: str = "generation", **fields
    ) -> Observation:
        """A model call that takes as long as its tokens need. `answer` is text or an assistant message."""
        speed, first = SPEED[model]
        asked = max(12, len(json.dumps(messages)) // 4)
        told = max(4, len(answer if isinstance(answer, str) else json.dumps(answer)) // 4)
        usage = {"input": asked, "output": told, "total": asked + told}
        if asked > 400 and self.rng.random() < 0.5:
            cached = asked * self.rng.randint(4, 8) // 10
            usage = {"input": asked - cached, "input_cached_tokens": cached, "output": told, "total": asked + told}
        output = answer if isinstance(answer, dict) else {"role": "assistant", "content": answer}
        with self.observe(name, kind, model=model, input=messages, output=output, usage=usage, **fields) as call:
            call.model_parameters = call.model_parameters or {"temperature": self.rng.choice([0, 0.2, 0.7])}
            self.wait(first, first * 2.2)
            call.first_token = self.now
            self.now += told / (speed * self.rng.uniform(0.6, 1.3))
        return call

    def tool(
        self, name: str, arguments: dict, result, seconds: tuple[float, float], error: str | None = None
    ) -> Observation:
        with self.observe(name, "tool", input=arguments) as call:
            self.wait(*seconds)
            if error:
                call.fail(error)
            else:
                call.output = result
        return call

    def score(
        self, name: str, value, kind: str = "NUMERIC", on: Observation | None = None, comment: str | None = None
    ) -> None:
        self.scores.append(Score(name, value, kind, on.id if on else None, comment))
