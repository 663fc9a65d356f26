package shoal.coordinator.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What clients ask, and what they are answered. */
final class QueueTest {
    private final Lab lab = new Lab();

    @Test
    void a_run_without_a_name_gets_one() {
        lab.submit("").submit("run-2").submit("");

        assertThat(lab.state().runs().asMap().keySet())
                .extracting(RunName::text)
                .containsExactly("run-1", "run-2", "run-3");
        assertThat(reply()).isEqualTo(new Reply.Accepted(new RunName("run-3")));
    }

    @Test
    void a_name_is_used_once_for_ever() {
        lab.submit("r").cancel("r").submit("r");

        assertThat(reply())
                .isEqualTo(
                        new Reply.Refused(
                                Reply.Refused.Kind.NAME_TAKEN,
                                "there is a run named r here; choose another name"));
    }

    @Test
    void a_run_that_ended_or_never_was_cannot_be_cancelled() {
        lab.submit("r").cancel("r").cancel("r");
        assertThat(reply())
                .isEqualTo(
                        new Reply.Refused(
                                Reply.Refused.Kind.RUN_ENDED,
                                "run r has ended: cancelled: enough"));

        lab.cancel("nobody");
        assertThat(reply())
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

        assertThat(reply()).isInstanceOf(Reply.Refused.class);
        assertThat(((Reply.Refused) reply()).kind()).isEqualTo(Reply.Refused.Kind.TOO_MANY_RUNS);
    }

    private Reply reply() {
        return lab.effects().stream()
                .filter(Effect.Answer.class::isInstance)
                .map(effect -> ((Effect.Answer) effect).reply())
                .findFirst()
                .orElseThrow();
    }
}
