package io.fastweights.jobs.cluster;

import java.util.List;

/** Addresses that the processes of a cluster listen on. */
public interface ClusterNetwork {
  /** All of them on the loopback interface. */
  ClusterNetwork LOOPBACK =
      new ClusterNetwork() {
        private static final String ADDRESS = "127.0.0.1";

        @Override
        public String jobManager() {
          return ADDRESS;
        }

        @Override
        public String taskManager(int number) {
          return ADDRESS;
        }

        @Override
        public List<String> launcher(int number) {
          return List.of();
        }
      };

  /** Address of the JobManager and its REST endpoint. */
  String jobManager();

  /**
   * @param number from 1
   */
  String taskManager(int number);

  /**
   * The command that puts a TaskManager's command, which follows it, into its network.
   *
   * @param number from 1
   */
  List<String> launcher(int number);
}
