package io.fastweights.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Messages of the cluster commands without a cluster, or where none can start. */
class ClusterCommandTest extends CommandTest {
  private Result cluster(Object... args) {
    Object[] all = new Object[args.length + 3];
    all[0] = "cluster";
    System.arraycopy(args, 0, all, 1, args.length);
    all[args.length + 1] = "--folder";
    all[args.length + 2] = folder.resolve("cluster");
    return execute(all);
  }

  @Test
  void saysThatNoClusterIsUp() {
    Result status = cluster("status");
    assertThat(status.out()).contains("no cluster is up");
    assertThat(status.exitCode()).isEqualTo(1);
    Result down = cluster("down");
    assertThat(down.out()).contains("no cluster was up");
    assertThat(down.exitCode()).isZero();
    assertThat(cluster("flink", "list").err()).contains("'fastweights cluster up' starts one");
  }

  @Test
  void refusesAJobForAClusterThatIsNotUp() throws Exception {
    Path jar = file("job.jar", "");
    Result run =
        execute(
            "run",
            "--cluster",
            "--cluster-folder",
            folder,
            "--job-jar",
            jar,
            "--schema",
            schema(),
            "--events",
            file("e.csv", "time,user,page,price,outcome\n1,u,p,1,buy\n"),
            "--output",
            folder.resolve("out"));
    assertThat(run.err()).contains("no cluster is up in " + folder);
    assertThat(run.exitCode()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({
    "--taskmanagers=0, '--taskmanagers is 0, must be in 1 ... 64'",
    "--slots=1000, '--slots is 1000, must be in 1 ... 128'",
    "--port=70000, '--port is 70000, must be in 0 ... 65535'"
  })
  void refusesAShapeOutOfRange(String flag, String message) {
    Result up = cluster("up", flag);
    assertThat(up.err()).contains(message);
    assertThat(up.exitCode()).isEqualTo(1);
    assertThat(folder.resolve("cluster")).doesNotExist();
  }

  @Test
  void namesAPortThatIsTaken() throws Exception {
    Path lib = Files.createDirectory(folder.resolve("lib"));
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      Result up = cluster("up", "--lib", lib, "--port", taken.getLocalPort());
      assertThat(up.err()).contains("port " + taken.getLocalPort() + " of 127.0.0.1 is taken");
      assertThat(up.exitCode()).isEqualTo(1);
    }
  }

  @Test
  void forgetsAProcessWhoseNumberBelongsToAnotherNow() throws Exception {
    long self = ProcessHandle.current().pid();
    Path pid = file("cluster/taskmanager-1.pid", self + " 2001-01-01T00:00:00Z");
    assertThat(cluster("status").exitCode()).isEqualTo(1);
    assertThat(cluster("down").out()).contains("no cluster was up");
    assertThat(ProcessHandle.current().isAlive()).isTrue();
    assertThat(pid).doesNotExist();
  }

  @Test
  void refusesAFolderThatAnotherUserCanWriteTo() throws Exception {
    Path pid = file("cluster/taskmanager-1.pid", "1 2001-01-01T00:00:00Z");
    Path shared = folder.resolve("cluster");
    Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString("rwxrwxrwx"));
    for (String subcommand : List.of("up", "status", "down")) {
      Object[] flags = subcommand.equals("up") ? lib() : new Object[0];
      Object[] all = new Object[1 + flags.length];
      all[0] = subcommand;
      System.arraycopy(flags, 0, all, 1, flags.length);
      Result result = cluster(all);
      assertThat(result.err()).contains("every user can write to " + shared);
      assertThat(result.exitCode()).isEqualTo(1);
    }
    assertThat(pid).exists();
    Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString("rwxr-xr-x"));
    int self = (int) Files.getAttribute(shared, "unix:uid");
    if (self == 0) {
      Files.setAttribute(shared, "unix:uid", 65534);
      Result result = cluster("down");
      assertThat(result.err()).contains("must belong to user").contains(shared.toString());
      assertThat(pid).exists();
    }
  }

  @Test
  void closesItsFolderToOthers() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      cluster("up", "--lib", lib()[1], "--port", taken.getLocalPort());
    }
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(cluster())))
        .isEqualTo("rwx------");
  }

  private Object[] lib() throws IOException {
    return new Object[] {"--lib", Files.createDirectories(folder.resolve("lib"))};
  }

  private Path cluster() {
    return folder.resolve("cluster");
  }
}
