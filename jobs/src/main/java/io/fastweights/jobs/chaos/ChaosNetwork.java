package io.fastweights.jobs.chaos;

import io.fastweights.jobs.cluster.ClusterNetwork;
import io.fastweights.jobs.cluster.SessionFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A network for each TaskManager, joined by a bridge to the one that this process is in, where
 * JobManager and broker listen. This process must be in a network of its own, see {@link
 * Isolation}.
 */
final class ChaosNetwork implements ClusterNetwork {
  private static final String SUBNET = "10.77.0.";
  private static final String BRIDGE = "chaos";

  private final Path folder;

  private ChaosNetwork(Path folder) {
    this.folder = folder;
  }

  /**
   * @param folder takes the names of the networks
   */
  static ChaosNetwork create(Path folder, int taskManagers)
      throws IOException, InterruptedException {
    ChaosNetwork network = new ChaosNetwork(Files.createDirectories(folder));
    Commands.run("ip", "link", "set", "lo", "up");
    Commands.run("ip", "link", "add", BRIDGE, "type", "bridge");
    Commands.run("ip", "address", "add", network.jobManager() + "/24", "dev", BRIDGE);
    Commands.run("ip", "link", "set", BRIDGE, "up");
    for (int number = 1; number <= taskManagers; number++) {
      network.join(number);
    }
    return network;
  }

  private void join(int number) throws IOException, InterruptedException {
    String file = Files.createFile(folder.resolve("net-" + number)).toString();
    String cable = SessionFolder.taskManager(number);
    Commands.run("unshare", "--net=" + file, "true");
    Commands.run("ip", "link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", file);
    Commands.run("ip", "link", "set", cable, "master", BRIDGE, "up");
    inside(number, "ip", "link", "set", "lo", "up");
    inside(number, "ip", "address", "add", taskManager(number) + "/24", "dev", "eth0");
    inside(number, "ip", "link", "set", "eth0", "up");
  }

  private void inside(int number, String... command) throws IOException, InterruptedException {
    List<String> all = new java.util.ArrayList<>(launcher(number));
    all.addAll(List.of(command));
    Commands.run(all);
  }

  @Override
  public String jobManager() {
    return SUBNET + 1;
  }

  @Override
  public String taskManager(int number) {
    return SUBNET + (1 + number);
  }

  @Override
  public List<String> launcher(int number) {
    return List.of("nsenter", "--net=" + folder.resolve("net-" + number));
  }

  /**
   * Cuts the TaskManager off: no packet reaches or leaves it.
   *
   * @param taskManager its name, which is also that of its cable
   */
  void cut(String taskManager) throws IOException, InterruptedException {
    Commands.run("ip", "link", "set", taskManager, "down");
  }

  void mend(String taskManager) throws IOException, InterruptedException {
    Commands.run("ip", "link", "set", taskManager, "up");
  }
}
