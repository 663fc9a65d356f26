package shoal.coordinator.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import shoal.coordinator.TestRecipes;

/** What clients ask, and what they are answered. */
final class QueueTest {
    private final Lab lab = new Lab();

    @Test
    void a_run_without_a_name_gets_one() {
        lab.submit("").submit("run-2").submit("");

        assertThat(lab.state().runs().asMap().keySet())
                .extracting(RunName::text)
                .containsExactly("run-1", "run-2", "run-3");
        assertThat(lab.reply()).isEqualTo(new Reply.Accepted(new RunName("run-3")));
    }

    @Test
    void a_name_is_used_once_for_ever() {
        lab.submit("r").cancel("r").submit("r");

        assertThat(lab.reply())
                .isEqualTo(
                        new Reply.Refused(
                                Reply.Refused.Kind.NAME_TAKEN,
                                "there is a run named r here; choose another name"));
    }

    @Test
    void a_run_that_ended_or_never_was_cannot_be_cancelled() {
        lab.submit("r").cancel("r").cancel("r");
        assertThat(lab.reply())
                .isEqualTo(
                        new Reply.Refused(
                                Reply.Refused.Kind.RUN_ENDED,
                                "run r has ended: cancelled: enough"));

        lab.cancel("nobody");
        assertThat(lab.reply())
                .isEqualTo(
                        new Reply.Refused(
                                Reply.Refused.Kind.UNKNOWN_RUN, "there is no run named nobody"));
    }

    @Test
    void cancelling_frees_the_worker_and_throws_away_what_was_received() {
        lab.uploading("r").cancel("r");

        assertThat(lab.effectKinds()).contains("DropOutput", "Tell", "Answer");
        assertThat(lab.told().get(0)).isInstanceOf(Command.EndRun.class);
    }

    @Test
    void more_runs_than_anybody_can_watch_are_refused() {
        for (int i = 0; i < Bounds.LIVE_RUNS; i++) {
            lab.submit("");
        }

        lab.submit("");

        assertThat(lab.reply()).isInstanceOf(Reply.Refused.class);
        assertThat(((Reply.Refused) lab.reply()).kind())
                .isEqualTo(Reply.Refused.Kind.TOO_MANY_RUNS);
    }

    @Test
    void a_submission_that_is_sent_again_is_the_same_run_after_a_restart_too() {
        lab.apply(submitted(1, 7));
        Reply first = lab.reply();

        assertThat(lab.apply(submitted(1, 7)).reply()).isEqualTo(first);
        lab.restart();
        assertThat(lab.apply(submitted(1, 7)).reply()).isEqualTo(first);
        lab.cancel("run-1");
        assertThat(lab.apply(submitted(1, 7)).reply()).isEqualTo(first);

        assertThat(first).isEqualTo(new Reply.Accepted(new RunName("run-1")));
        assertThat(lab.state().runs().size() + lab.state().ended().size()).isEqualTo(1);
        assertThat(lab.apply(submitted(2, 7)).reply())
                .isEqualTo(new Reply.Accepted(new RunName("run-2")));
    }

    @Test
    void another_request_with_an_id_that_is_taken_is_refused() {
        lab.apply(submitted(1, 7));

        assertThat(lab.apply(submitted(1, 8)).reply())
                .isInstanceOfSatisfying(
                        Reply.Refused.class,
                        refused -> {
                            assertThat(refused.kind()).isEqualTo(Reply.Refused.Kind.OTHER_REQUEST);
                            assertThat(refused.reason())
                                    .startsWith("another request had this request_id");
                        });
        assertThat(lab.state().runs().size()).isEqualTo(1);
    }

    @Test
    void a_cancel_that_is_sent_again_is_told_the_same_and_not_that_the_run_has_ended() {
        lab.submit("r");
        Event cancel =
                new Event.CancelRequested(
                        new RequestId(1), Lab.key(3, 3), new RunName("r"), "enough");
        Reply first = lab.apply(cancel).reply();

        assertThat(lab.apply(cancel).reply()).isEqualTo(first);
        lab.restart();
        assertThat(lab.apply(cancel).reply()).isEqualTo(first);

        assertThat(first).isEqualTo(new Reply.Cancelled(new RunName("r")));
        assertThat(lab.cancel("r").reply()).isInstanceOf(Reply.Refused.class);
    }

    private static Event submitted(long id, long content) {
        return new Event.Submitted(
                new RequestId(id),
                Lab.key(id, content),
                Optional.empty(),
                new Submission(TestRecipes.of(2, 1, 2), "{}", List.of(), Demand.ONE));
    }
}
