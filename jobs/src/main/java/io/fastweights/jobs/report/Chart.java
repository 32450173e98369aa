package io.fastweights.jobs.report;

import java.util.List;

/** A chart: a picture that fits any width, and the same data as a table. */
public sealed interface Chart permits BarChart, HeatMap, LineChart {

  /**
   * An SVG element.
   *
   * @param label text alternative for screen readers
   */
  String svg(String label);

  /** The data; null if the picture shows all of it. */
  Table table();

  /** The title of the vertical axis, which stands above the chart; empty if there is none. */
  String verticalTitle();

  /** Names in the legend, which replaces labels beside the data on a narrow page. */
  List<Key> legend();

  /** Pixels at the left of the plot for the labels of the vertical axis. */
  int left();

  /** Pixels at the right of the plot for labels beside the data. */
  int right();

  /** An entry of a legend. */
  record Key(String name, Role role) {}
}
