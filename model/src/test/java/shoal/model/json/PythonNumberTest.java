package shoal.model.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import shoal.model.Golden;

/** Expected texts and numbers are those of CPython 3.11. */
final class PythonNumberTest {
    @Test
    void every_reference_double_is_written_as_python_writes_it() {
        List<String> lines = Golden.lines("numbers.txt");
        assertThat(lines).hasSizeGreaterThan(300);

        for (String line : lines) {
            double value =
                    Double.longBitsToDouble(Long.parseUnsignedLong(line.substring(0, 16), 16));
            assertThat(PythonNumber.repr(value)).isEqualTo(line.substring(17));
        }
    }

    @Test
    void numbers_without_digits_have_the_names_that_python_gives_them_in_json() {
        assertThat(PythonNumber.json(Double.NaN)).isEqualTo("NaN");
        assertThat(PythonNumber.json(Double.POSITIVE_INFINITY)).isEqualTo("Infinity");
        assertThat(PythonNumber.json(Double.NEGATIVE_INFINITY)).isEqualTo("-Infinity");
        assertThat(PythonNumber.json(1e-5)).isEqualTo("1e-05");
    }

    @Test
    void numbers_are_written_as_repr_writes_them() {
        assertThat(PythonNumber.repr(0)).isEqualTo("0.0");
        assertThat(PythonNumber.repr(-0.0)).isEqualTo("-0.0");
        assertThat(PythonNumber.repr(1)).isEqualTo("1.0");
        assertThat(PythonNumber.repr(-120)).isEqualTo("-120.0");
        assertThat(PythonNumber.repr(0.1)).isEqualTo("0.1");
        assertThat(PythonNumber.repr(0.0001)).isEqualTo("0.0001");
        assertThat(PythonNumber.repr(0.00001)).isEqualTo("1e-05");
        assertThat(PythonNumber.repr(3.571428571428571e-05)).isEqualTo("3.571428571428571e-05");
        assertThat(PythonNumber.repr(1e15)).isEqualTo("1000000000000000.0");
        assertThat(PythonNumber.repr(1e16)).isEqualTo("1e+16");
        assertThat(PythonNumber.repr(1.25e100)).isEqualTo("1.25e+100");
        assertThat(PythonNumber.repr(2e-3)).isEqualTo("0.002");
        assertThat(PythonNumber.repr(Double.MIN_VALUE)).isEqualTo("5e-324");
        assertThat(PythonNumber.repr(Double.NaN)).isEqualTo("nan");
        assertThat(PythonNumber.repr(Double.NEGATIVE_INFINITY)).isEqualTo("-inf");
    }

    @Test
    void any_number_reads_back_as_itself() {
        for (int seed = 0; seed < 2_000; seed++) {
            double number = Double.longBitsToDouble(new Random(seed).nextLong());
            if (Double.isFinite(number)) {
                assertThat(Double.parseDouble(PythonNumber.repr(number)))
                        .as("seed %d", seed)
                        .isEqualTo(number);
            }
        }
    }

    @Test
    void rounding_looks_at_the_exact_value_and_breaks_ties_to_even() {
        assertThat(PythonNumber.round(2.675, 2)).isEqualTo(2.67);
        assertThat(PythonNumber.round(0.125, 2)).isEqualTo(0.12);
        assertThat(PythonNumber.round(0.375, 2)).isEqualTo(0.38);
        assertThat(PythonNumber.round(0.70265, 4)).isEqualTo(0.7026);
        assertThat(PythonNumber.round(-0.00001, 4)).isEqualTo(-0.0);
        assertThat(PythonNumber.round(Double.NaN, 4)).isNaN();
    }
}
