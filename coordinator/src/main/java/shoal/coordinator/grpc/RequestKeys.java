package shoal.coordinator.grpc;

import com.google.protobuf.MessageLite;
import java.util.HexFormat;
import java.util.Optional;
import shoal.coordinator.core.Hash;
import shoal.coordinator.core.RequestKey;
import shoal.recipe.Sha256;

/** By what requests are known that a client sends again. */
final class RequestKeys {
    private RequestKeys() {}

    /**
     * The key of a request.
     *
     * @param id empty: the client does not send it again
     * @param withoutId all that it asks for
     * @throws IllegalArgumentException if the id is none
     */
    static Optional<RequestKey> of(String id, MessageLite withoutId) {
        if (id.isEmpty()) {
            return Optional.empty();
        }
        byte[] content = Sha256.digest().digest(withoutId.toByteArray());
        return Optional.of(new RequestKey(id, new Hash(HexFormat.of().formatHex(content))));
    }
}
