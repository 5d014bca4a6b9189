"""Puts the questions of docs/statistics to DuckDB and to DataFusion: olap.py QUESTIONS FOLDER ENDING [ENGINE ...]

FOLDER holds school=/year=/*.ENDING (parquet or csv). The answers are printed as JSON, by engine and question, each with the
seconds that it took; rows are in a fixed order, so that two engines that agree print the same.
"""

import decimal
import json
import pathlib
import sys
import time

COLUMNS = ["period", "measure", "subject", "stage", "grade", "month", "kind", "value"]


def plain(value):
    if isinstance(value, (decimal.Decimal, float)):
        assert value == int(value), value
        return int(value)
    return value


def ordered(rows):
    rows = [[plain(value) for value in row] for row in rows]
    return sorted(rows, key=lambda row: [(value is None, str(value)) for value in row])


class DuckDB:
    def __init__(self, folder, ending):
        import duckdb

        self.connection = duckdb.connect()
        files = f"{folder}/school=*/year=*/*.{ending}"
        hive = "hive_partitioning = true, hive_types = {'school': VARCHAR, 'year': VARCHAR}"
        if ending == "csv":
            types = {name: "BIGINT" if name in ("grade", "value") else "VARCHAR" for name in COLUMNS}
            source = f"read_csv('{files}', header = true, columns = {types}, {hive})"
        else:
            source = f"read_parquet('{files}', {hive})"
        self.connection.execute(f"CREATE VIEW statistics AS SELECT * FROM {source}")

    def ask(self, question):
        return self.connection.execute(question).fetchall()


class DataFusion:
    def __init__(self, folder, ending):
        import datafusion
        import pyarrow

        self.context = datafusion.SessionContext()
        partitions = [("school", pyarrow.string()), ("year", pyarrow.string())]
        if ending == "csv":
            numbers = {"grade", "value"}
            fields = [(name, pyarrow.int64() if name in numbers else pyarrow.string()) for name in COLUMNS]
            self.read_csv(folder, fields)
        else:
            self.context.register_parquet("statistics", folder, table_partition_cols=partitions)

    def read_csv(self, folder, fields):
        """The partitions are read from the paths: an empty text is nothing, as in the other engine."""
        import pyarrow
        import pyarrow.csv

        tables = []
        for path in sorted(pathlib.Path(folder).rglob("*.csv")):
            options = pyarrow.csv.ConvertOptions(column_types=dict(fields), strings_can_be_null=True)
            table = pyarrow.csv.read_csv(path, convert_options=options)
            for part in path.relative_to(folder).parts[:-1]:
                name, value = part.split("=")
                table = table.append_column(name, pyarrow.array([value] * len(table)))
            tables.append(table)
        batches = pyarrow.concat_tables(tables).to_batches()
        self.context.register_record_batches("statistics", [batches])

    def ask(self, question):
        table = self.context.sql(question).to_arrow_table()
        return list(zip(*[column.to_pylist() for column in table.columns])) if len(table) else []


def main():
    questions, folder, ending, *named = sys.argv[1:]
    engines = {"duckdb": DuckDB, "datafusion": DataFusion}
    answers = {}
    for name in named or engines:
        engine = engines[name](folder, ending)
        for path in sorted(pathlib.Path(questions).glob("*.sql")):
            began = time.monotonic()
            rows = engine.ask(path.read_text(encoding="utf-8"))
            seconds = round(time.monotonic() - began, 3)
            answers.setdefault(name, {})[path.stem] = {"rows": ordered(rows), "seconds": seconds}
    json.dump(answers, sys.stdout, ensure_ascii=False)


if __name__ == "__main__":
    main()
