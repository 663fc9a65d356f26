package shoal.testkit.house;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/** Methods of at most 60 lines and 6 parameters (style rule 1); a record's header is data. */
final class MethodShapeTest {
    private static final int METHOD_LINES = 60;
    private static final int PARAMETERS = 6;

    @Test
    void methods_have_at_most_60_lines_and_6_parameters() throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<String> found = new ArrayList<>();

        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            JavacTask task =
                    (JavacTask)
                            compiler.getTask(
                                    null,
                                    files,
                                    diagnostic -> {},
                                    List.of("-proc:none"),
                                    null,
                                    files.getJavaFileObjectsFromPaths(SourceTree.javaFiles()));
            SourcePositions positions = Trees.instance(task).getSourcePositions();
            for (CompilationUnitTree unit : task.parse()) {
                new Shape(unit, positions, found).scan(unit, null);
            }
        }

        assertThat(found).isEmpty();
    }

    /** Notes each method that is too long or takes too much. */
    private static final class Shape extends TreeScanner<Void, Void> {
        private final CompilationUnitTree unit;
        private final SourcePositions positions;
        private final List<String> found;

        Shape(CompilationUnitTree unit, SourcePositions positions, List<String> found) {
            this.unit = unit;
            this.positions = positions;
            this.found = found;
        }

        @Override
        public Void visitMethod(MethodTree method, Void nothing) {
            LineMap lines = unit.getLineMap();
            long first = lines.getLineNumber(positions.getStartPosition(unit, method));
            long last = lines.getLineNumber(positions.getEndPosition(unit, method));
            if (last - first + 1 > METHOD_LINES) {
                note(method, first, (last - first + 1) + " lines");
            }
            boolean constructor = method.getName().contentEquals("<init>");
            if (!constructor && method.getParameters().size() > PARAMETERS) {
                note(method, first, method.getParameters().size() + " parameters");
            }
            return super.visitMethod(method, null);
        }

        private void note(MethodTree method, long line, String what) {
            String file = unit.getSourceFile().getName();
            found.add(file + ":" + line + " " + method.getName() + " has " + what);
        }
    }
}
