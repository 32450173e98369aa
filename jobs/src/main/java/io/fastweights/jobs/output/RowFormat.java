package io.fastweights.jobs.output;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;

/** Text format of rows. */
public enum RowFormat {
  /** Comma-separated values; every file begins with a header. */
  CSV {
    @Override
    public String header(List<String> columns) {
      return csv(columns);
    }

    @Override
    public String line(List<String> columns, Object[] values) {
      return csv(java.util.Arrays.asList(values));
    }
  },

  /** A JSON object a line. */
  JSONL {
    @Override
    public String header(List<String> columns) {
      return null;
    }

    @Override
    public String line(List<String> columns, Object[] values) {
      ObjectNode node = MAPPER.createObjectNode();
      for (int i = 0; i < values.length; i++) {
        node.putPOJO(columns.get(i), values[i]);
      }
      try {
        return MAPPER.writeValueAsString(node);
      } catch (JsonProcessingException e) {
        throw new IllegalStateException(e);
      }
    }
  };

  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** The first line of a file; null where there is none. */
  public abstract String header(List<String> columns);

  /**
   * @param values texts, numbers, nulls, or lists where the format has them, one for each column
   */
  public abstract String line(List<String> columns, Object[] values);

  /** The ending of a file's name. */
  public String suffix() {
    return "." + name().toLowerCase(Locale.ROOT);
  }

  private static String csv(List<?> cells) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < cells.size(); i++) {
      line.append(i == 0 ? "" : ",").append(cells.get(i) == null ? "" : quoted(cells.get(i)));
    }
    return line.toString();
  }

  private static String quoted(Object value) {
    String text = value.toString();
    // Readers drop blanks around cells that are not quoted.
    boolean plain = !text.isEmpty() && !isBlank(text.charAt(0)) && !endsBlank(text);
    for (int i = 0; i < text.length() && plain; i++) {
      char c = text.charAt(i);
      plain = c != ',' && c != '"' && c != '\n' && c != '\r';
    }
    return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
  }

  private static boolean endsBlank(String text) {
    return isBlank(text.charAt(text.length() - 1));
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t';
  }
}
