package io.fastweights.operator.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.operator.api.FastWeightOptions.EventOrder;
import io.fastweights.operator.api.FastWeightOptions.StorageFormat;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.description.HtmlFormatter;
import org.junit.jupiter.api.Test;

class FastWeightOptionsTest {

  @Test
  void allNamesEveryOption() throws Exception {
    List<Object> declared = new ArrayList<>();
    for (Field field : FastWeightOptions.class.getFields()) {
      if (field.getType() == ConfigOption.class) {
        declared.add(field.get(null));
      }
    }
    assertThat(declared).isNotEmpty();
    assertThat(FastWeightOptions.all()).containsExactlyElementsOf(cast(declared));
  }

  @SuppressWarnings("unchecked")
  private static <T> List<T> cast(List<Object> objects) {
    return (List<T>) objects;
  }

  @Test
  void everyOptionHasAKeyOfItsOwnADefaultAndADescription() {
    assertThat(FastWeightOptions.all()).extracting(ConfigOption::key).doesNotHaveDuplicates();
    for (ConfigOption<?> option : FastWeightOptions.all()) {
      assertThat(option.key()).matches("fastweights(\\.[a-z0-9-]+)+");
      assertThat(option.hasDefaultValue()).as(option.key()).isTrue();
      assertThat(new HtmlFormatter().format(option.description()))
          .as(option.key())
          .endsWith(".")
          .hasSizeGreaterThan(20);
    }
  }

  @Test
  void everyChoiceIsDescribed() {
    for (EventOrder order : EventOrder.values()) {
      assertThat(order.getDescription()).as("%s", order).isNotNull();
    }
    for (StorageFormat storage : StorageFormat.values()) {
      assertThat(storage.getDescription()).as("%s", storage).isNotNull();
    }
  }
}
