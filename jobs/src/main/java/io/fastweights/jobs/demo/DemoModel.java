package io.fastweights.jobs.demo;

import io.fastweights.kernels.schema.SchemaJson;
import io.fastweights.operator.model.EventModel;
import io.fastweights.operator.model.ModelSpec;
import org.apache.flink.configuration.Configuration;

/** The associative memory that the job gives an airport where no option says otherwise. */
public final class DemoModel {
  private DemoModel() {}

  public static EventModel create() {
    return new ModelSpec(SchemaJson.write(DemoEvents.SCHEMA), null, 0).create(new Configuration());
  }
}
