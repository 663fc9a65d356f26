package shoal.cli.client;

import shoal.proto.v1.LogRow;
import shoal.proto.v1.LogValue;
import shoal.proto.v1.RunEvent;
import shoal.proto.v1.RunStatus;
import shoal.proto.v1.StatusChanged;

/** Events as a coordinator sends them. */
public final class Events {
    private Events() {}

    public static RunEvent status(long sequence, RunStatus status, String reason) {
        return RunEvent.newBuilder()
                .setSequence(sequence)
                .setStatusChanged(StatusChanged.newBuilder().setStatus(status).setReason(reason))
                .build();
    }

    public static RunEvent failed(long sequence, boolean userError, String problem) {
        return RunEvent.newBuilder()
                .setSequence(sequence)
                .setStatusChanged(
                        StatusChanged.newBuilder()
                                .setStatus(RunStatus.FAILED)
                                .setUserError(userError)
                                .addProblems(problem))
                .build();
    }

    public static RunEvent row(long sequence, String name, double number) {
        LogValue value = LogValue.newBuilder().setName(name).setNumber(number).build();
        return RunEvent.newBuilder()
                .setSequence(sequence)
                .setLogRow(LogRow.newBuilder().addValues(value))
                .build();
    }
}
