package shoal.worker.artefact;

import com.google.protobuf.ByteString;
import java.io.IOException;
import shoal.worker.stop.StopSignal;

/** Where files come from. */
public interface ArtefactSource {
    /**
     * Reads a file from an offset to its end.
     *
     * @throws BrokenOff when the source went away midway; asking again may help
     * @throws IOException when asking again does not help, or the sink failed
     */
    void read(ByteString sha256, long offsetBytes, Sink sink, StopSignal stop) throws IOException;

    /** Takes bytes in order. */
    interface Sink {
        void write(ByteString bytes) throws IOException;
    }

    /** The source went away midway. */
    final class BrokenOff extends IOException {
        private static final long serialVersionUID = 1L;

        public BrokenOff(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
