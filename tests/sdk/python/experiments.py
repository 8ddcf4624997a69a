"""Experiments and batch evaluation as SDK 5 runs them."""

import json
import os

from langfuse import Evaluation, Langfuse
from langfuse.batch_evaluation import EvaluatorInputs


def exact(*, output, expected_output, **_) -> Evaluation:
    return Evaluation(name="exact", value=1.0 if str(output) == expected_output else 0.0)


def average(*, item_results, **_) -> Evaluation:
    values = [evaluation.value for item in item_results for evaluation in item.evaluations]
    return Evaluation(name="average", value=sum(values) / len(values))


def experiment(langfuse: Langfuse) -> dict:
    """Squares of 0 to 4, one of which is expected wrongly; local data, so the SDK makes up an id."""
    result = langfuse.run_experiment(
        name="squares",
        data=[{"input": i, "expected_output": str(i * i + (i == 4))} for i in range(5)],
        task=lambda *, item, **_: item["input"] ** 2,
        evaluators=[exact],
        run_evaluators=[average],
        metadata={"purpose": "x" * 1000},
    )
    langfuse.flush()
    return {"experiment": result.experiment_id, "run": result.run_name}


def many(langfuse: Langfuse) -> dict:
    with langfuse.start_as_current_observation(name="root") as root:
        for i in range(120):
            with langfuse.start_as_current_observation(as_type="generation", name="step", input=i, metadata={"i": i}):
                pass
    langfuse.flush()
    return {"trace": root.trace_id}


def evaluate(langfuse: Langfuse) -> dict:
    def mapper(*, item) -> EvaluatorInputs:
        assert item.start_time and item.updated_at
        assert isinstance(item.metadata, dict)
        return EvaluatorInputs(input=item.input, output=item.output, metadata=item.metadata)

    conditions = [
        {"type": "string", "column": "traceId", "operator": "=", "value": os.environ["TRACE_ID"]},
        {"type": "stringOptions", "column": "name", "operator": "any of", "value": ["step"]},
    ]
    result = langfuse.run_batched_evaluation(
        mapper=mapper,
        filter=json.dumps(conditions),
        fetch_batch_size=50,
        evaluators=[lambda **_: Evaluation(name="checked", value=1.0)],
    )
    langfuse.flush()
    return {
        "fetched": result.total_items_fetched,
        "scores": result.total_scores_created,
        "failed": result.total_items_failed,
    }
