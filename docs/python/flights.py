"""A PyFlink job with one memory for each origin: which flights will be late?

    python flights.py fastweights-sql.jar flights.csv predictions

flights.csv has the columns origin, destination, carrier and late, without a header. A flight whose
late is empty is asked, any other is answered and then learned. Needs apache-flink 2.3.
Apache License, Version 2.0.
"""

import sys
from pathlib import Path

from pyflink.table import EnvironmentSettings, TableEnvironment

jar, flights, predictions = (Path(path).absolute().as_uri() for path in sys.argv[1:4])
tables = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())
tables.get_config().set("pipeline.jars", jar)
# One reader: the rows of the file keep their order.
tables.get_config().set("parallelism.default", "1")

tables.execute_sql("""
  CREATE TEMPORARY SYSTEM FUNCTION IF NOT EXISTS FAST_WEIGHTS
  AS 'io.fastweights.operator.sql.FastWeightFunction'""")
tables.execute_sql(f"""
  CREATE TABLE flights (origin STRING, destination STRING, carrier STRING, late BOOLEAN)
  WITH ('connector' = 'filesystem', 'path' = '{flights}', 'format' = 'csv', 'csv.null-literal' = '')""")
tables.execute_sql(f"""
  CREATE TABLE predictions (
    origin STRING, destination STRING, late BOOLEAN,
    probability FLOAT, recall_error FLOAT, observed BOOLEAN)
  WITH ('connector' = 'filesystem', 'path' = '{predictions}', 'format' = 'csv')""")
tables.execute_sql("""
  INSERT INTO predictions
  SELECT origin, destination, late, probability, recall_error, observed
  FROM FAST_WEIGHTS(
    input    => TABLE flights PARTITION BY origin,
    target   => DESCRIPTOR(late),
    features => DESCRIPTOR(destination, carrier),
    uid      => 'flight-memories')""").wait()
