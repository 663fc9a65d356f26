package shoal.coordinator.core;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import shoal.coordinator.checkpoint.WrittenTexts;
import shoal.coordinator.message.Commands;
import shoal.coordinator.message.PeerKeys;
import shoal.coordinator.message.RunEvents;
import shoal.coordinator.message.SubmissionMessages;
import shoal.coordinator.message.WorkerMessages;
import shoal.coordinator.store.WrittenRows;
import shoal.proto.v1.Hello;
import shoal.proto.v1.SubmitRequest;
import shoal.proto.v1.WorkerMessage;
import shoal.recipe.RecipeJson;
import shoal.recipe.UpdateRule;
import shoal.recipe.UserException;

/**
 * The whole life of one submission that was drawn from a seed: read, accepted, computed by workers
 * whose reports are drawn too, evaluated, saved, finished. Everything that a coordinator does for
 * it is done, on no thread, disk or network: whatever is thrown is a bug.
 */
final class GeneratedLife {
    /** What a life comes to. */
    enum End {
        REFUSED,
        DONE,
        FAILED,
        /** Too long to wait for its end: steps or rows by the million. */
        CANCELLED
    }

    /** Characters of each message of a story. */
    private static final int SHOWN = 4_000;

    /** Reports of one life: the longest usual one has 40. */
    private static final int REPORTS = 120;

    private final GeneratedNumbers numbers;
    private final Lab lab = new Lab();
    private final Commands commands = new Commands(new PeerKeys("secret"));
    private final GeneratedReports reports;
    private final Deque<Command> told = new ArrayDeque<>();
    private final List<Object> story = new ArrayList<>();
    private int sessions;
    private int stored;

    GeneratedLife(long seed) {
        this.numbers = new GeneratedNumbers(seed);
        this.reports = new GeneratedReports(numbers);
    }

    List<String> story() {
        return story.subList(Math.max(0, story.size() - 20), story.size()).stream()
                .map(each -> shown(each.toString()))
                .toList();
    }

    End live() {
        Submission submission;
        Optional<RunName> name;
        try {
            SubmitRequest request = new GeneratedRequest(numbers).request();
            story.add(request);
            submission = SubmissionMessages.read(reread(request), RecipeJson::read);
            name =
                    request.getName().isEmpty()
                            ? Optional.empty()
                            : Optional.of(new RunName(request.getName()));
        } catch (UserException refused) {
            return End.REFUSED;
        } catch (IllegalArgumentException beyondEveryRecipe) {
            if (story.isEmpty()) {
                return End.REFUSED; // A recipe's own constructor refused it; the reader has it.
            }
            throw beyondEveryRecipe;
        }
        apply(new Event.Submitted(new RequestId(1), name, submission));
        if (lab.state().runs().size() == 0) {
            return End.REFUSED;
        }
        for (int i = 0; i < submission.demand().most() && i < 3; i++) {
            attach();
        }
        for (int i = 0; i < REPORTS && lab.state().runs().size() > 0; i++) {
            work();
        }
        return end();
    }

    /** As it comes through the wire and through the store. */
    private static SubmitRequest reread(SubmitRequest request) {
        try {
            return SubmitRequest.parseFrom(request.toByteArray());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }

    private End end() {
        lab.restart();
        List<RunName> live = List.copyOf(lab.state().runs().asMap().keySet());
        for (RunName name : live) {
            apply(new Event.CancelRequested(new RequestId(2), name, numbers.text("enough", 500)));
        }
        Entry.EndedRun ended = lab.state().ended().values().iterator().next();
        if (ended.reason().equals(Event.SetAside.REASON)) {
            throw new AssertionError("set aside: " + lab.events("r"));
        }
        return switch (ended.status()) {
            case DONE -> End.DONE;
            case FAILED -> End.FAILED;
            case CANCELLED -> End.CANCELLED;
            case QUEUED, STARTING, RUNNING, FINISHING ->
                    throw new AssertionError("ended as " + ended);
        };
    }

    private void attach() {
        sessions++;
        Hello hello = reports.hello(sessions);
        try {
            apply(
                    new Event.Attached(
                            new SessionId("s" + sessions),
                            WorkerMessages.process(hello),
                            WorkerMessages.facts(hello),
                            WorkerMessages.held(hello)));
        } catch (IllegalArgumentException refused) {
            story.add("refused: " + refused.getMessage());
        }
    }

    /** The next thing that is told is done, or time passes. */
    private void work() {
        Command command = told.pollFirst();
        if (command == null) {
            story.add("time passes");
            for (int i = 0; i < 8; i++) {
                beat();
                lab.pass(Bounds.TICK.multipliedBy(2));
                take();
            }
            if (lab.state().workers().size() == 0) {
                attach();
            }
            return;
        }
        story.add("told " + command.getClass().getSimpleName());
        Crew crew =
                lab.state()
                        .runs()
                        .find(command.fence().run())
                        .flatMap(run -> run.phase().crew())
                        .orElse(null);
        if (crew != null) {
            expect(lab.state().run(command.fence().run()));
            for (WorkerMessage message : reports.answers(command, crew)) {
                report((WorkerMessage) numbers.without(message), crew);
            }
        }
    }

    /** What a correct worker would read and measure. */
    private void expect(Run run) {
        run.phase()
                .attempt()
                .filter(attempt -> attempt.ledger().step() < attempt.course().steps())
                .ifPresent(
                        attempt -> {
                            int step = attempt.ledger().step() + 1;
                            UpdateRule rule = attempt.course().recipe().optimizer().rule();
                            reports.expectRows(attempt.course().plan().rowsIn(step));
                            reports.expectShape(
                                    !rule.measures() ? 0 : rule.compresses(step) ? 2 : 1);
                        });
    }

    private void report(WorkerMessage message, Crew crew) {
        int index = reports.sender(message) % crew.size();
        Optional<SessionId> session =
                lab.state()
                        .workers()
                        .find(crew.members().get(index).name())
                        .flatMap(Worker::session);
        if (session.isEmpty()) {
            return;
        }
        story.add(message);
        try {
            WorkerMessages.report(message)
                    .ifPresent(report -> apply(new Event.Reported(session.get(), report)));
        } catch (IllegalArgumentException refused) {
            story.add("refused: " + refused.getMessage());
            apply(new Event.SessionEnded(session.get(), "it sent nonsense"));
        }
    }

    private static String shown(String text) {
        return text.length() > SHOWN ? text.substring(0, SHOWN) + "..." : text;
    }

    private void beat() {
        for (Worker worker : lab.state().workers().values()) {
            worker.session().ifPresent(session -> lab.apply(new Event.Heartbeat(session)));
        }
    }

    private void apply(Event event) {
        lab.apply(event);
        take();
    }

    /** Does what the driver, the store, the sessions and the desk do. */
    private void take() {
        List<Entry> entries = lab.entries();
        WrittenRows.check(entries.subList(stored, entries.size()));
        stored = entries.size();
        Deque<Event> sealed = new ArrayDeque<>();
        for (Effect effect : List.copyOf(lab.effects())) {
            perform(effect, sealed);
        }
        sealed.forEach(this::apply);
    }

    private void perform(Effect effect, Deque<Event> sealed) {
        if (effect instanceof Effect.Tell tell) {
            commands.message(tell.command());
            told.addLast(tell.command());
        } else if (effect instanceof Effect.ShowProgress progress) {
            RunEvents.message(Lab.START, progress.progress());
        } else if (effect instanceof Effect.SealOutput seal) {
            seal.weightsOf();
            WrittenTexts.of(seal.spec(), seal.course(), seal.ledger(), false);
            sealed.add(
                    numbers.rarely()
                            ? new Event.OutputFailed(seal.fence(), List.of("disk full"))
                            : new Event.OutputSealed(
                                    seal.fence(), "/out", numbers.whole(0, 1L << 30)));
        } else if (effect instanceof Effect.SealCheckpoint seal) {
            int step = seal.ledger().step();
            WrittenTexts.of(seal.spec(), seal.course(), seal.ledger(), true);
            sealed.add(
                    numbers.rarely()
                            ? new Event.CheckpointFailed(seal.fence(), step, List.of("full"))
                            : new Event.CheckpointSealed(
                                    seal.fence(), step, "/out", Lab.checkpoint(step)));
        }
    }
}
