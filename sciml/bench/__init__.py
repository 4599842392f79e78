"""Benchmark cases: ours and others on the same systems, measured alike, one JSON file a case."""

from sciml.bench.cases import find_cases, load_case, require_case, run_case
from sciml.bench.compare import Answer, Contender, compare, missing, ours, ours_auto
from sciml.bench.problem import Problem
from sciml.bench.records import read_record, read_records, tables_of, write_record
from sciml.bench.report import describe, write_report
from sciml.bench.settings import Settings
from sciml.bench.tables import Table, as_rst, as_text

__all__ = [
    "Answer", "Contender", "Problem", "Settings", "Table", "as_rst", "as_text", "compare", "describe", "find_cases",
    "load_case", "missing", "ours", "ours_auto", "read_record", "read_records", "require_case", "run_case", "tables_of",
    "write_record", "write_report",
]
