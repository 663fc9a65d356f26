package shoal.coordinator.message;

import shoal.plan.log.LogRow;
import shoal.plan.log.LogValue;

/** Reads and writes log rows. */
final class LogRows {
    private LogRows() {}

    static LogRow row(shoal.proto.v1.LogRow row) {
        return new LogRow(
                row.getValuesList().stream()
                        .map(
                                value ->
                                        new LogValue(
                                                value.getName(),
                                                value.getNumber(),
                                                value.getIsInteger()))
                        .toList());
    }

    static shoal.proto.v1.LogRow message(LogRow row) {
        shoal.proto.v1.LogRow.Builder message = shoal.proto.v1.LogRow.newBuilder();
        for (LogValue value : row.values()) {
            message.addValues(
                    shoal.proto.v1.LogValue.newBuilder()
                            .setName(value.name())
                            .setNumber(value.number())
                            .setIsInteger(value.isInteger()));
        }
        return message.build();
    }
}
