package shoal.wire;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DiscardUnknownFieldsParser;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import com.google.protobuf.WireFormat;
import io.grpc.ForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import shoal.recipe.Limits;

/**
 * Requests that take no more memory than their size allows.
 *
 * <p>Two bytes on the wire are an empty message in a list, which is a hundred bytes of heap while
 * it is read. So fields are counted before a message is made of them, and what is not known is
 * skipped instead of kept: reading a request allocates at most {@link Limits#REQUEST_HEAP_PER_BYTE}
 * for each byte of it. One that has more fields is refused with INVALID_ARGUMENT.
 */
public final class BoundedMessages {
    /** Fields that every message may have. */
    private static final int FREE_FIELDS = 64;

    /** Bytes that each further field takes: a named number of a log row takes 4.5 at least. */
    private static final int BYTES_PER_FIELD = 4;

    /** Messages within messages: ours nest 3 deep. */
    private static final int DEPTH = 16;

    private BoundedMessages() {}

    /** The same service, whose requests are counted before they are read. */
    public static ServerServiceDefinition of(ServerServiceDefinition service) {
        List<ServerMethodDefinition<?, ?>> methods = new ArrayList<>();
        ServiceDescriptor.Builder named =
                ServiceDescriptor.newBuilder(service.getServiceDescriptor().getName());
        for (ServerMethodDefinition<?, ?> method : service.getMethods()) {
            ServerMethodDefinition<?, ?> counted = counted(method);
            methods.add(counted);
            named.addMethod(counted.getMethodDescriptor());
        }
        ServerServiceDefinition.Builder bounded = ServerServiceDefinition.builder(named.build());
        methods.forEach(bounded::addMethod);
        return bounded.build();
    }

    private static <Q, P> ServerMethodDefinition<Q, P> counted(
            ServerMethodDefinition<Q, P> method) {
        MethodDescriptor<Q, P> known = method.getMethodDescriptor();
        return ServerMethodDefinition.create(
                known.toBuilder(
                                counted(known.getRequestMarshaller()),
                                known.getResponseMarshaller())
                        .build(),
                (call, headers) ->
                        new Answering<>(
                                call, method.getServerCallHandler().startCall(call, headers)));
    }

    /** What comes in place of a message that is refused: a marshaller cannot end a call itself. */
    private record Refusal(Status status) {}

    /** Ends the call at the first message that is refused. */
    private static final class Answering<Q, P>
            extends ForwardingServerCallListener.SimpleForwardingServerCallListener<Q> {
        private final ServerCall<Q, P> call;
        private boolean over;

        Answering(ServerCall<Q, P> call, ServerCall.Listener<Q> to) {
            super(to);
            this.call = call;
        }

        @Override
        public void onMessage(Q message) {
            if ((Object) message instanceof Refusal refusal && !over) {
                over = true;
                call.close(refusal.status(), new Metadata());
            }
            if (!over) {
                super.onMessage(message);
            }
        }

        @Override
        public void onHalfClose() {
            if (!over) {
                super.onHalfClose();
            }
        }

        /** For whoever takes the messages, a call that was ended here is one that broke. */
        @Override
        public void onComplete() {
            if (over) {
                super.onCancel();
            } else {
                super.onComplete();
            }
        }
    }

    /** Reads as the other marshaller does, once fields are counted. */
    static <T> MethodDescriptor.Marshaller<T> counted(MethodDescriptor.Marshaller<T> other) {
        if (!(other instanceof MethodDescriptor.PrototypeMarshaller<T> typed)
                || !(typed.getMessagePrototype() instanceof Message prototype)) {
            throw new IllegalArgumentException(other + " reads no protobuf message");
        }
        Parser<? extends Message> parser =
                DiscardUnknownFieldsParser.wrap(prototype.getParserForType());
        return new MethodDescriptor.Marshaller<>() {
            @Override
            public InputStream stream(T value) {
                return other.stream(value);
            }

            @Override
            @SuppressWarnings("unchecked") // a Refusal is taken out again before anybody reads it
            public T parse(InputStream stream) {
                return (T) read(stream, prototype.getDescriptorForType(), parser);
            }
        };
    }

    /** The message, or its refusal. */
    private static Object read(
            InputStream stream, Descriptor type, Parser<? extends Message> parser) {
        try {
            byte[] bytes = stream.readAllBytes();
            int most = FREE_FIELDS + bytes.length / BYTES_PER_FIELD;
            new Counter(most).count(CodedInputStream.newInstance(bytes), type, 0);
            return parser.parseFrom(bytes);
        } catch (TooMuchException e) {
            return refused("the " + type.getName() + " " + e.getMessage());
        } catch (IOException e) {
            return refused("no " + type.getName() + ": " + e.getMessage());
        }
    }

    private static Refusal refused(String why) {
        return new Refusal(Status.INVALID_ARGUMENT.withDescription(why));
    }

    /** More than its size allows. */
    private static final class TooMuchException extends IOException {
        private static final long serialVersionUID = 1L;

        TooMuchException(String message) {
            super(message);
        }
    }

    /** Counts fields of a message and of those in it. */
    private static final class Counter {
        private final int most;
        private int fields;

        Counter(int most) {
            this.most = most;
        }

        void count(CodedInputStream in, Descriptor type, int depth) throws IOException {
            if (depth > DEPTH) {
                throw new TooMuchException("nests more than " + DEPTH + " deep");
            }
            for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
                if (++fields > most) {
                    throw new TooMuchException(
                            "has more than " + most + " fields, all that its size allows");
                }
                FieldDescriptor field = type.findFieldByNumber(WireFormat.getTagFieldNumber(tag));
                boolean nests =
                        field != null
                                && field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
                                && WireFormat.getTagWireType(tag)
                                        == WireFormat.WIRETYPE_LENGTH_DELIMITED;
                if (nests) {
                    int outer = in.pushLimit(in.readRawVarint32());
                    count(in, field.getMessageType(), depth + 1);
                    in.popLimit(outer);
                } else if (!in.skipField(tag)) {
                    throw new TooMuchException("has a group that ends before it begins");
                }
            }
        }
    }
}
