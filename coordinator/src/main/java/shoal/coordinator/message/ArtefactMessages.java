package shoal.coordinator.message;

import com.google.protobuf.ByteString;
import java.util.HexFormat;
import shoal.coordinator.core.ArtefactReference;
import shoal.coordinator.core.ArtefactReference.Role;
import shoal.coordinator.core.Hash;
import shoal.proto.v1.Artefact;

/** Reads and writes references to files. */
public final class ArtefactMessages {
    /** Bytes of a SHA-256. */
    private static final int HASH_BYTES = 32;

    private ArtefactMessages() {}

    public static Artefact message(ArtefactReference artefact) {
        return Artefact.newBuilder()
                .setRole(
                        switch (artefact.role()) {
                            case TRAIN_ROWS -> Artefact.Role.TRAIN_ROWS;
                            case EVALUATION_ROWS -> Artefact.Role.EVALUATION_ROWS;
                            case MODEL_FILE -> Artefact.Role.MODEL_FILE;
                            case CHECKPOINT_FILE -> Artefact.Role.CHECKPOINT_FILE;
                        })
                .setName(artefact.name())
                .setSha256(bytes(artefact.hash()))
                .setSizeBytes(artefact.sizeBytes())
                .build();
    }

    /**
     * Reads a reference.
     *
     * @throws IllegalArgumentException with what is wrong
     */
    public static ArtefactReference reference(Artefact artefact) {
        Role role =
                switch (artefact.getRole()) {
                    case TRAIN_ROWS -> Role.TRAIN_ROWS;
                    case EVALUATION_ROWS -> Role.EVALUATION_ROWS;
                    case MODEL_FILE -> Role.MODEL_FILE;
                    case CHECKPOINT_FILE -> Role.CHECKPOINT_FILE;
                    case ROLE_UNSPECIFIED, UNRECOGNIZED ->
                            throw new IllegalArgumentException(
                                    "has no role; expected TRAIN_ROWS, EVALUATION_ROWS,"
                                            + " MODEL_FILE or CHECKPOINT_FILE");
                };
        return new ArtefactReference(
                role, artefact.getName(), hash(artefact.getSha256()), artefact.getSizeBytes());
    }

    /**
     * Reads a hash.
     *
     * @throws IllegalArgumentException unless it has 32 bytes
     */
    public static Hash hash(ByteString bytes) {
        if (bytes.size() != HASH_BYTES) {
            throw new IllegalArgumentException(
                    "sha256 has " + bytes.size() + " bytes, expected " + HASH_BYTES);
        }
        return new Hash(HexFormat.of().formatHex(bytes.toByteArray()));
    }

    public static ByteString bytes(Hash hash) {
        return ByteString.copyFrom(HexFormat.of().parseHex(hash.hex()));
    }
}
