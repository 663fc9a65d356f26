package shoal.classifier;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What README.md shows of the library compiles as it stands there. */
final class ReadmeTest {
    private static final Pattern SNIPPET = Pattern.compile("(?s)```java\n(.*?)```");

    @TempDir private Path folder;

    @Test
    void the_snippet_of_the_library_compiles() throws IOException {
        Path readme = Path.of(System.getProperty("shoal.root"), "README.md");
        Matcher snippet = SNIPPET.matcher(Files.readString(readme));
        assertThat(snippet.find()).isTrue();

        DiagnosticCollector<JavaFileObject> problems = new DiagnosticCollector<>();
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        boolean compiled =
                compiler.getTask(
                                null,
                                null,
                                problems,
                                List.of("-d", folder.toString(), "-proc:none"),
                                null,
                                List.of(program(snippet.group(1))))
                        .call();

        assertThat(problems.getDiagnostics()).isEmpty();
        assertThat(compiled).isTrue();
    }

    private static JavaFileObject program(String statements) {
        String source =
                """
                import java.nio.file.Path;
                import java.util.List;
                import shoal.classifier.Classifier;
                import shoal.classifier.Prediction;

                final class Snippet {
                    public static void main(String[] args) {
                        %s
                    }
                }
                """
                        .formatted(statements);
        return new SimpleJavaFileObject(
                URI.create("string:///Snippet.java"), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return source;
            }
        };
    }
}
