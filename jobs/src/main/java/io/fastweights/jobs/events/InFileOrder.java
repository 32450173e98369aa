package io.fastweights.jobs.events;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.assigners.FileSplitAssigner;

/** Hands out files one after the other, in the order they were named in. */
final class InFileOrder implements FileSplitAssigner {
  private final Comparator<FileSourceSplit> order;
  private final List<FileSourceSplit> remaining;

  /**
   * @param paths of all files, in their order
   * @param splits of those that are still to be read
   */
  InFileOrder(List<String> paths, Collection<FileSourceSplit> splits) {
    order = Comparator.comparingInt(split -> paths.indexOf(split.path().getPath()));
    remaining = new ArrayList<>(splits);
    remaining.sort(order);
  }

  @Override
  public Optional<FileSourceSplit> getNext(String hostname) {
    return remaining.isEmpty() ? Optional.empty() : Optional.of(remaining.remove(0));
  }

  @Override
  public void addSplits(Collection<FileSourceSplit> splits) {
    remaining.addAll(splits);
    remaining.sort(order);
  }

  @Override
  public Collection<FileSourceSplit> remainingSplits() {
    return remaining;
  }
}
