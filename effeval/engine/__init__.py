"""The same ``assess``, from Parquet to Parquet in blocks of projects: fast, and within a bound of memory."""

from effeval.engine.memory import size_of
from effeval.engine.run import assess_parquet
from effeval.engine.task import Outcome

__all__ = ["Outcome", "assess_parquet", "size_of"]
