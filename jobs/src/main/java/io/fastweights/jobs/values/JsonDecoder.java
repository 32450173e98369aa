package io.fastweights.jobs.values;

import io.fastweights.jobs.events.Message;
import io.fastweights.jobs.events.text.JsonText;
import io.fastweights.kernels.schema.MalformedEventException;

/** A value that is one JSON object. */
final class JsonDecoder implements ValueDecoder {
  private static final long serialVersionUID = 1L;

  @Override
  public String json(Message message) throws MalformedEventException {
    return JsonText.of(message.value());
  }

  @Override
  public boolean isJson() {
    return true;
  }
}
