package io.fastweights.operator;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * The Java of one page of the documentation. All of a page's blocks are compiled together:
 *
 * <ul>
 *   <li>a block that begins with {@code package} is a whole file;
 *   <li>any other is the body of a method, in a class of the page's package that imports what
 *       {@link #FRAME} does and has its fields. A block may declare variables of the same names.
 * </ul>
 *
 * A {@code text} block after a whole file with a {@code main} method is what it prints; a line
 * {@code ...} stands for any others.
 */
final class DocumentedJava {
  /** Around a block that is no whole file: the package, a number, the block. */
  private static final String FRAME =
      """
      %s
      import io.fastweights.kernels.model.*;
      import io.fastweights.kernels.schema.*;
      import io.fastweights.kernels.weights.*;
      import io.fastweights.operator.*;
      import io.fastweights.operator.api.*;
      import io.fastweights.operator.sql.*;
      import io.fastweights.state.rocksdb.*;
      import java.nio.file.*;
      import java.time.*;
      import java.util.*;
      import org.apache.flink.api.common.eventtime.*;
      import org.apache.flink.configuration.*;
      import org.apache.flink.streaming.api.datastream.*;
      import org.apache.flink.streaming.api.environment.*;
      import org.apache.flink.table.api.Table;
      import org.apache.flink.table.api.bridge.java.*;

      class Block%d {
        record Flight(
            String id, String origin, String destination, long departure, boolean late) {}

        StreamExecutionEnvironment env;
        StreamTableEnvironment tables;
        DataStream<Flight> stream;
        Schema schema;
        SlowWeights weights;
        Configuration config;

        void block() throws Exception {
          %s
        }
      }
      """;

  private static final Pattern BLOCK =
      Pattern.compile("^```(java|text)\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);
  private static final Pattern PACKAGE = Pattern.compile("^package ([a-z.]+);");
  private static final Pattern TYPE =
      Pattern.compile("^public (?:final )?(?:class|record|interface) (\\w+)", Pattern.MULTILINE);

  /**
   * A program of a page.
   *
   * @param name of its class
   * @param prints output stated by the page; null if none is stated
   */
  record Program(String name, String prints) {}

  private final List<JavaFileObject> files = new ArrayList<>();
  private final List<Program> programs = new ArrayList<>();

  private DocumentedJava() {}

  /** The README and every page beside it. */
  static List<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>(List.of(Path.of("../README.md")));
    try (Stream<Path> docs = Files.list(Path.of("../docs"))) {
      docs.filter(page -> page.toString().endsWith(".md")).sorted().forEach(pages::add);
    }
    return pages;
  }

  static DocumentedJava of(Path page) throws IOException {
    DocumentedJava java = new DocumentedJava();
    String text = Files.readString(page);
    Matcher whole =
        Pattern.compile("^```java\n(package [a-z.]+;)", Pattern.MULTILINE).matcher(text);
    String home = whole.find() ? whole.group(1) : "";
    Matcher block = BLOCK.matcher(text);
    String program = null;
    while (block.find()) {
      String content = block.group(2);
      if (block.group(1).equals("text")) {
        if (program != null) {
          java.programs.add(new Program(program, content));
        }
        program = null;
      } else {
        program = java.add(home, content);
      }
    }
    return java;
  }

  /** The name of the block's class if that can be run, else null. */
  private String add(String home, String block) {
    Matcher declared = PACKAGE.matcher(block);
    Matcher type = TYPE.matcher(block);
    if (!declared.find() || !type.find()) {
      files.add(
          new Source(
              "Block" + files.size(),
              String.format(Locale.ROOT, FRAME, home, files.size(), block)));
      return null;
    }
    files.add(new Source(type.group(1), block));
    return block.contains("public static void main(")
        ? declared.group(1) + "." + type.group(1)
        : null;
  }

  /** Number of blocks of the page. */
  int blocks() {
    return files.size();
  }

  /** The programs of which the page says what they print. */
  List<Program> programs() {
    return programs;
  }

  /** Compiles the page's blocks into the folder; returns the compiler's errors. */
  List<String> compile(Path classes) {
    if (files.isEmpty()) {
      return List.of();
    }
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
    List<String> options =
        List.of(
            "-proc:none",
            "-nowarn",
            "-cp",
            System.getProperty("java.class.path"),
            "-d",
            classes.toString());
    boolean compiled = compiler.getTask(null, null, found, options, null, files).call();
    return compiled ? List.of() : found.getDiagnostics().stream().map(Object::toString).toList();
  }

  private static final class Source extends SimpleJavaFileObject {
    private final String text;

    Source(String name, String text) {
      super(URI.create("docs:///" + name + ".java"), Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }
}
