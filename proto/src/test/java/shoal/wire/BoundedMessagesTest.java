package shoal.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.WireFormat;
import com.sun.management.ThreadMXBean;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import shoal.proto.v1.Artefact;
import shoal.proto.v1.ArtefactsGrpc;
import shoal.proto.v1.LogRow;
import shoal.proto.v1.LogValue;
import shoal.proto.v1.ResumePoint;
import shoal.proto.v1.RunsGrpc;
import shoal.proto.v1.StateGrpc;
import shoal.proto.v1.SubmitRequest;
import shoal.proto.v1.WorkerSessionGrpc;
import shoal.recipe.Limits;

/** No request of any service takes more memory than its size allows. */
final class BoundedMessagesTest {
    private static final int SIZE = Limits.MESSAGE_BYTES;

    /** Beyond every field that is known. */
    private static final int UNKNOWN_FIELD = 500;

    @Test
    void reading_a_request_allocates_a_bounded_multiple_of_its_bytes() {
        int tried = 0;
        for (MethodDescriptor<?, ?> method : methods()) {
            MethodDescriptor.Marshaller<?> reader =
                    BoundedMessages.counted(method.getRequestMarshaller());
            for (byte[] hostile : hostile(prototype(method).getDescriptorForType())) {
                long bound =
                        Limits.REQUEST_HEAP_BYTES
                                + (long) Limits.REQUEST_HEAP_PER_BYTE * hostile.length;
                assertThat(allocated(reader, hostile))
                        .as("%s, %s bytes", method.getFullMethodName(), hostile.length)
                        .isLessThanOrEqualTo(bound);
                tried++;
            }
        }
        assertThat(tried).isGreaterThan(60);
    }

    @Test
    void a_request_with_thousands_of_small_numbers_is_read_as_it_is() {
        LogRow row =
                LogRow.newBuilder()
                        .addValues(LogValue.newBuilder().setName("loss").setNumber(0.5))
                        .addValues(LogValue.newBuilder().setName("epoch"))
                        .addValues(
                                LogValue.newBuilder()
                                        .setName("step")
                                        .setNumber(1)
                                        .setIsInteger(true))
                        .build();
        ResumePoint.Builder point = ResumePoint.newBuilder().setStep(1);
        for (int i = 0; i < 15_000; i++) {
            point.addHistory(row);
        }
        SubmitRequest request =
                SubmitRequest.newBuilder()
                        .addArtefacts(
                                Artefact.newBuilder()
                                        .setName("train.tsv")
                                        .setSha256(ByteString.copyFrom(new byte[32])))
                        .setResume(point)
                        .build();

        assertThat(
                        BoundedMessages.counted(RunsGrpc.getSubmitMethod().getRequestMarshaller())
                                .parse(new ByteArrayInputStream(request.toByteArray())))
                .isEqualTo(request);
    }

    private static List<MethodDescriptor<?, ?>> methods() {
        List<MethodDescriptor<?, ?>> methods = new ArrayList<>();
        for (ServiceDescriptor service :
                List.of(
                        RunsGrpc.getServiceDescriptor(),
                        ArtefactsGrpc.getServiceDescriptor(),
                        WorkerSessionGrpc.getServiceDescriptor(),
                        StateGrpc.getServiceDescriptor())) {
            methods.addAll(service.getMethods());
        }
        return methods;
    }

    private static Message prototype(MethodDescriptor<?, ?> method) {
        return (Message)
                ((MethodDescriptor.PrototypeMarshaller<?>) method.getRequestMarshaller())
                        .getMessagePrototype();
    }

    /** A message's worst: each field over and over, empty and padded; unknown ones; many groups. */
    private static List<byte[]> hostile(Descriptor type) {
        List<byte[]> all = new ArrayList<>();
        for (FieldDescriptor field : type.getFields()) {
            if (field.getType() == FieldDescriptor.Type.MESSAGE) {
                all.add(repeated(type, field.getName(), new byte[0]));
                all.add(repeated(type, field.getName(), new byte[1]));
                for (int padding = 2; padding < 8; padding += 2) {
                    all.add(repeated(type, field.getName(), unknown(padding)));
                }
                for (FieldDescriptor inner : field.getMessageType().getFields()) {
                    all.add(nested(type, field, inner));
                }
            } else if (field.getType() == FieldDescriptor.Type.STRING
                    || field.getType() == FieldDescriptor.Type.BYTES) {
                all.add(repeated(type, field.getName(), new byte[0]));
                all.add(repeated(type, field.getName(), new byte[2]));
                all.add(repeated(type, field.getName(), new byte[SIZE / 2]));
            } else {
                all.add(repeated(type, field.getName(), new byte[SIZE / 2]));
            }
        }
        all.add(filled(out -> out.writeInt32(UNKNOWN_FIELD, 1)));
        all.add(filled(out -> out.writeByteArray(UNKNOWN_FIELD, new byte[4])));
        all.add(
                filled(
                        out -> {
                            out.writeTag(UNKNOWN_FIELD, WireFormat.WIRETYPE_START_GROUP);
                            out.writeTag(UNKNOWN_FIELD, WireFormat.WIRETYPE_END_GROUP);
                        }));
        return all;
    }

    /** One element whose own list is as long as the message. */
    private static byte[] nested(Descriptor type, FieldDescriptor field, FieldDescriptor inner) {
        byte[] list = filled(out -> out.writeByteArray(inner.getNumber(), new byte[2]));
        byte[] within = Arrays.copyOf(list, Math.min(list.length, SIZE - 16));
        return repeatedOnce(type, field.getName(), within);
    }

    private static byte[] unknown(int padding) {
        byte[] bytes = new byte[padding];
        bytes[0] = 0x7d; // field 15, of 32 bits: cut short in most
        return bytes;
    }

    private static byte[] repeated(Descriptor type, String name, byte[] value) {
        int number = type.findFieldByName(name).getNumber();
        return filled(out -> out.writeByteArray(number, value));
    }

    private static byte[] repeatedOnce(Descriptor type, String name, byte[] value) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        try {
            out.writeByteArray(type.findFieldByName(name).getNumber(), value);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private interface Piece {
        void write(CodedOutputStream out) throws IOException;
    }

    private static byte[] filled(Piece piece) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        try {
            do {
                piece.write(out);
            } while (out.getTotalBytesWritten() < SIZE - 16);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static long allocated(MethodDescriptor.Marshaller<?> reader, byte[] bytes) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        Object read = reader.parse(new ByteArrayInputStream(bytes));
        long after = threads.getCurrentThreadAllocatedBytes();
        assertThat(read).isNotNull();
        return after - before;
    }
}
