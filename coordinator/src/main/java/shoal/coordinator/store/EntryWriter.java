package shoal.coordinator.store;

import java.util.ArrayList;
import java.util.List;
import shoal.coordinator.core.Commit;
import shoal.coordinator.core.Crew;
import shoal.coordinator.core.Entry;
import shoal.coordinator.core.Fence;
import shoal.coordinator.core.LoadFacts;
import shoal.coordinator.message.ArtefactMessages;
import shoal.coordinator.message.MemberMessages;
import shoal.coordinator.message.RunEvents;
import shoal.coordinator.message.Submissions;
import shoal.plan.metric.EvaluationResult;
import shoal.proto.v1.SubmitRequest;

/** An entry as rows. */
final class EntryWriter implements Entry.Handler<List<Write>> {
    @Override
    public List<Write> runAccepted(Entry.RunAccepted entry) {
        return List.of(
                Write.of(
                        "INSERT INTO run (name, position, submitted_millis, submission)"
                                + " VALUES (?, ?, ?, ?)",
                        entry.spec().name().text(),
                        entry.position(),
                        entry.at().toEpochMilli(),
                        Submissions.message(entry.spec()).toByteArray()));
    }

    @Override
    public List<Write> generationStarted(Entry.GenerationStarted entry) {
        Fence fence = entry.fence();
        List<Write> writes = new ArrayList<>();
        writes.add(
                Write.of(
                        "INSERT INTO generation (run, generation, started_millis) VALUES (?, ?, ?)",
                        fence.run().text(),
                        fence.generation(),
                        entry.at().toEpochMilli()));
        List<Crew.Member> members = entry.crew().members();
        for (int place = 0; place < members.size(); place++) {
            Crew.Member member = members.get(place);
            writes.add(
                    Write.of(
                            "INSERT INTO crew (run, generation, place, worker, incarnation, ranks,"
                                    + " hello) VALUES (?, ?, ?, ?, ?, '', ?)",
                            fence.run().text(),
                            fence.generation(),
                            place,
                            member.process().name().text(),
                            member.process().incarnation(),
                            MemberMessages.hello(member).toByteArray()));
        }
        return writes;
    }

    @Override
    public List<Write> generationEnded(Entry.GenerationEnded entry) {
        return List.of(
                Write.of(
                        "UPDATE generation SET ended_reason = ? WHERE run = ? AND generation = ?",
                        entry.reason(),
                        entry.fence().run().text(),
                        entry.fence().generation()));
    }

    @Override
    public List<Write> runLoaded(Entry.RunLoaded entry) {
        LoadFacts facts = entry.facts();
        return List.of(
                Write.of(
                        "UPDATE generation SET loaded_millis = ?, train_rows = ?,"
                                + " evaluation_rows = ?, labels = ?, parameters = ?"
                                + " WHERE run = ? AND generation = ?",
                        entry.at().toEpochMilli(),
                        facts.trainRows(),
                        facts.evaluationRows(),
                        facts.labels(),
                        facts.parameters(),
                        entry.fence().run().text(),
                        entry.fence().generation()));
    }

    @Override
    public List<Write> stepCommitted(Entry.StepCommitted entry) {
        Commit commit = entry.commit();
        return List.of(
                Write.of(
                        "INSERT INTO step_commit (run, generation, step, clip, learning_rate, loss,"
                                + " norm, tokens, flos, committed_millis, ratios, skipped)"
                                + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                        entry.fence().run().text(),
                        entry.fence().generation(),
                        commit.step(),
                        commit.clip(),
                        commit.learningRate(),
                        commit.loss(),
                        commit.norm(),
                        commit.tokens(),
                        commit.flos(),
                        entry.at().toEpochMilli(),
                        Ratios.bytes(commit.ratios()),
                        commit.skipped() ? 1 : 0));
    }

    @Override
    public List<Write> evaluated(Entry.Evaluated entry) {
        EvaluationResult result = entry.result();
        return List.of(
                Write.of(
                        "INSERT INTO evaluation (run, generation, step, rows, loss, accuracy,"
                                + " precision, recall, f1, seconds)"
                                + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                        entry.fence().run().text(),
                        entry.fence().generation(),
                        entry.step(),
                        result.rows(),
                        result.loss(),
                        result.metrics().accuracy(),
                        result.metrics().precision(),
                        result.metrics().recall(),
                        result.metrics().f1(),
                        entry.seconds()));
    }

    @Override
    public List<Write> checkpointSealed(Entry.CheckpointSealed entry) {
        SubmitRequest.Builder files = SubmitRequest.newBuilder();
        entry.files().stream().map(ArtefactMessages::message).forEach(files::addArtefacts);
        return List.of(
                Write.of(
                        "INSERT INTO checkpoint (run, generation, step, files)"
                                + " VALUES (?, ?, ?, ?)",
                        entry.fence().run().text(),
                        entry.fence().generation(),
                        entry.step(),
                        files.build().toByteArray()));
    }

    @Override
    public List<Write> trained(Entry.Trained entry) {
        return List.of(
                Write.of(
                        "UPDATE generation SET trained_millis = ? WHERE run = ? AND generation = ?",
                        entry.at().toEpochMilli(),
                        entry.fence().run().text(),
                        entry.fence().generation()));
    }

    @Override
    public List<Write> runEnded(Entry.RunEnded entry) {
        Entry.EndedRun ended = entry.ended();
        return List.of(
                Write.of(
                        "UPDATE run SET ended_millis = ?, status = ?, reason = ?, step = ?,"
                                + " steps = ?, workers = ? WHERE name = ?",
                        ended.endedAt().toEpochMilli(),
                        ended.status().name(),
                        ended.reason(),
                        ended.step(),
                        ended.steps(),
                        String.join(",", ended.workers()),
                        entry.name().text()));
    }

    @Override
    public List<Write> eventLogged(Entry.EventLogged entry) {
        return List.of(
                Write.of(
                        "INSERT INTO event (run, sequence, time_millis, message)"
                                + " VALUES (?, ?, ?, ?)",
                        entry.name().text(),
                        entry.sequence(),
                        entry.at().toEpochMilli(),
                        RunEvents.message(entry.sequence(), entry.at(), entry.event())
                                .toByteArray()));
    }

    @Override
    public List<Write> requestAnswered(Entry.RequestAnswered entry) {
        return List.of(
                Write.of(
                        "INSERT INTO request (id, content_sha256, answer, run)"
                                + " VALUES (?, ?, ?, ?)",
                        entry.key().id(),
                        entry.key().content().hex(),
                        entry.answer().name(),
                        entry.run().text()));
    }
}
