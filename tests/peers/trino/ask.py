"""Puts the questions to a cluster of Trino and compares: ask.py QUESTIONS FOLDER STORE COORDINATOR

FOLDER holds told/ and rows/, each with school=/year=/*.parquet. They are put into the store at STORE (host:port), and Trino, whose
coordinator is at COORDINATOR, reads them from there; the engines of olap.py read the folder.
"""

import pathlib
import sys
import time

import pyarrow.fs
import trino

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
import olap

COLUMNS = {name: {"grade": "integer", "value": "bigint"}.get(name, "varchar") for name in olap.COLUMNS}
PARTITIONS = ["school", "year"]


def put(folder, store, to):
    """The files as objects of the same names below `to`, which is bucket and prefix."""
    files = pyarrow.fs.S3FileSystem(
        access_key="u", secret_key="s", endpoint_override=store, scheme="http", region="us-east-1", allow_bucket_creation=True
    )
    files.create_dir(to)
    for path in sorted(folder.rglob("*.parquet")):
        with files.open_output_stream(f"{to}/{path.relative_to(folder)}") as object:
            object.write(path.read_bytes())


class Trino:
    def __init__(self, coordinator):
        host, port = coordinator.split(":")
        # Without a worker a question would wait for one.
        bound = {"query_max_run_time": "60s"}
        self.connection = trino.dbapi.connect(
            host=host, port=int(port), user="peers", catalog="hive", session_properties=bound
        )

    def ask(self, question):
        return self.connection.cursor().execute(question).fetchall()

    def wait(self, seconds):
        """Until there are a coordinator and a worker, and both say that they are active."""
        began = time.monotonic()
        cause = None
        while time.monotonic() - began < seconds:
            try:
                nodes = self.ask("SELECT coordinator, state FROM system.runtime.nodes ORDER BY coordinator")
                if nodes == [[False, "active"], [True, "active"]]:
                    return time.monotonic() - began
                cause = nodes
            except Exception as refused:  # It listens before it can answer, and says so in several ways.
                cause = refused
            time.sleep(0.5)
        sys.exit(f"no cluster after {seconds} s: {cause}")

    def open(self, schema, location):
        """A schema with a table `statistics` over what lies below the location."""
        self.ask(f"CREATE SCHEMA hive.{schema}")
        columns = {**COLUMNS, **dict.fromkeys(PARTITIONS, "varchar")}
        described = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        parts = ", ".join(f"'{name}'" for name in PARTITIONS)
        self.ask(
            f"CREATE TABLE hive.{schema}.statistics ({described}) WITH (format = 'PARQUET',"
            f" external_location = 's3://{location}/', partitioned_by = ARRAY[{parts}])"
        )
        self.ask(f"CALL hive.system.sync_partition_metadata('{schema}', 'statistics', 'ADD')")
        self.ask(f"USE hive.{schema}")


def compared(engine, others, questions):
    """Prints how many rows answer each question, and in how many seconds; the questions that have an answer, and what differs."""
    answered, differ = set(), []
    for path in questions:
        question = path.read_text(encoding="utf-8")
        began = time.monotonic()
        rows = olap.ordered(engine.ask(question))
        seconds = time.monotonic() - began
        print(f"  {path.stem}: {len(rows)} rows, {seconds:.2f} s", flush=True)
        if rows:
            answered.add(path.stem)
        differ += [f"{path.stem}: {name}" for name, other in others.items() if olap.ordered(other.ask(question)) != rows]
    return answered, differ


def main():
    questions, folder, store, coordinator = sys.argv[1:]
    questions = sorted(pathlib.Path(questions).glob("*.sql"))
    assert len(questions) == 10, questions
    engine = Trino(coordinator)
    print(f"a coordinator and a worker are active after {engine.wait(300):.0f} s")
    answered, differ = set(), []
    for schema in ["told", "rows"]:
        files = pathlib.Path(folder) / schema
        # Of this run: nothing of another is among them.
        location = f"statistics/{time.time_ns()}/{schema}"
        put(files, store, location)
        engine.open(schema, location)
        print(f"{schema}: {engine.ask('SELECT COUNT(*) FROM statistics')[0][0]} rows")
        others = {"DuckDB": olap.DuckDB(files, "parquet"), "DataFusion": olap.DataFusion(files, "parquet")}
        found, wrong = compared(engine, others, questions)
        answered |= found
        differ += [f"{schema}, {each}" for each in wrong]
    if differ:
        sys.exit("Trino's answer is another than that of " + "; ".join(differ))
    if len(answered) < len(questions):
        sys.exit(f"nothing to compare but for {sorted(answered)}")
    print("equal answers of Trino, DuckDB and DataFusion to every question")


main()
