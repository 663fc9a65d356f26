package shoal.cli.client;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import shoal.proto.v1.Artefact;
import shoal.proto.v1.Demand;
import shoal.proto.v1.ResumePoint;
import shoal.proto.v1.SubmitRequest;

/** Submits a run: sends the files that the coordinator lacks, then the run itself. */
public final class Submission {
    private final CoordinatorClient client;
    private final TransferListener listener;

    /**
     * @param listener told of all bytes that have to be sent, not of those that are there already
     */
    public Submission(CoordinatorClient client, TransferListener listener) {
        this.client = requireNonNull(client, "client");
        this.listener = requireNonNull(listener, "listener");
    }

    /**
     * Returns the run's name.
     *
     * @param name empty = the coordinator chooses one
     * @param recipeJson as {@code RecipeJson} writes it
     * @param files everything that the recipe needs
     * @param demand how many workers compute it
     * @param resume where it goes on, with the checkpoint among the files
     */
    public String submit(
            String name,
            String recipeJson,
            List<JobFile> files,
            Demand demand,
            Optional<ResumePoint> resume) {
        List<Artefact> artefacts = new ArrayList<>();
        Map<ByteString, LocalFile> byHash = new HashMap<>();
        for (JobFile file : files) {
            LocalFile local = LocalFile.hash(file.path());
            byHash.put(local.sha256(), local);
            artefacts.add(
                    Artefact.newBuilder()
                            .setRole(file.role())
                            .setName(file.name())
                            .setSha256(local.sha256())
                            .setSizeBytes(local.sizeBytes())
                            .build());
        }
        send(client.missing(artefacts), byHash);
        SubmitRequest.Builder request =
                SubmitRequest.newBuilder()
                        .setName(name)
                        .setRecipeJson(recipeJson)
                        .addAllArtefacts(artefacts)
                        .setDemand(demand);
        resume.ifPresent(request::setResume);
        return client.submit(request.build());
    }

    private void send(List<Artefact> missing, Map<ByteString, LocalFile> byHash) {
        long all = missing.stream().mapToLong(Artefact::getSizeBytes).sum();
        Uploader uploader = new Uploader(client);
        long done = 0;
        for (Artefact artefact : missing) {
            long before = done;
            uploader.upload(
                    requireNonNull(byHash.get(artefact.getSha256())),
                    sent -> listener.moved(before + sent, all));
            done += artefact.getSizeBytes();
        }
    }
}
