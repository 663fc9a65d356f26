package shoal.coordinator;

import static java.util.Objects.requireNonNull;

import io.grpc.Status;
import java.time.Clock;
import shoal.coordinator.checkpoint.OutputDesk;
import shoal.coordinator.core.Effect;
import shoal.coordinator.driver.Requests;
import shoal.coordinator.grpc.Sessions;
import shoal.coordinator.grpc.Watchers;
import shoal.coordinator.message.Commands;
import shoal.coordinator.message.RunEvents;

/**
 * Hands each effect to the part that performs it. Never waits.
 *
 * @param sessions of workers
 * @param lookout for processes of workers
 * @param watchers of runs
 * @param requests of clients
 * @param desk of results
 * @param commands what workers are told, as messages
 * @param clock for what is shown but not stored
 */
record Performer(
        Sessions sessions,
        Lookout lookout,
        Watchers watchers,
        Requests requests,
        OutputDesk desk,
        Commands commands,
        Clock clock)
        implements Effect.Handler {
    Performer {
        requireNonNull(sessions, "sessions");
        requireNonNull(lookout, "lookout");
        requireNonNull(watchers, "watchers");
        requireNonNull(requests, "requests");
        requireNonNull(desk, "desk");
        requireNonNull(commands, "commands");
        requireNonNull(clock, "clock");
    }

    @Override
    public void admit(Effect.Admit effect) {
        sessions.find(effect.session()).ifPresent(stream -> stream.admit());
    }

    @Override
    public void closeSession(Effect.CloseSession effect) {
        Status status =
                switch (effect.why()) {
                    case LOST -> Status.ABORTED;
                    case REFUSED -> Status.ALREADY_EXISTS;
                    case UNFIT -> Status.FAILED_PRECONDITION;
                };
        sessions.find(effect.session())
                .ifPresent(stream -> stream.close(status.withDescription(effect.reason())));
    }

    @Override
    public void lookFor(Effect.LookFor effect) {
        lookout.look(effect);
    }

    @Override
    public void tell(Effect.Tell effect) {
        sessions.find(effect.session())
                .ifPresent(stream -> stream.send(commands.message(effect.command())));
    }

    @Override
    public void answer(Effect.Answer effect) {
        requests.answer(effect.request(), effect.reply());
    }

    @Override
    public void publish(Effect.Publish effect) {
        watchers.published(effect.run());
    }

    @Override
    public void showProgress(Effect.ShowProgress effect) {
        watchers.progressed(effect.run(), RunEvents.message(clock.instant(), effect.progress()));
    }

    @Override
    public void receiveState(Effect.ReceiveState effect) {
        desk.expect(effect);
    }

    @Override
    public void sealCheckpoint(Effect.SealCheckpoint effect) {
        desk.seal(effect);
    }

    @Override
    public void rotateCheckpoints(Effect.RotateCheckpoints effect) {
        desk.rotate(effect);
    }

    @Override
    public void sealOutput(Effect.SealOutput effect) {
        desk.seal(effect);
    }

    @Override
    public void dropOutput(Effect.DropOutput effect) {
        desk.drop(effect);
    }
}
