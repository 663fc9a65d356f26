package shoal.worker.exchange;

import static java.util.Objects.requireNonNull;

import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import shoal.proto.v1.StartRun;
import shoal.recipe.Limits;
import shoal.recipe.Require;
import shoal.recipe.UserException;
import shoal.wire.HostPort;
import shoal.wire.Token;
import shoal.wire.tls.WorkerIdentity;

/**
 * The workers of one generation of a run, as the coordinator named them to this one.
 *
 * @param run the run's name
 * @param generation of its membership
 * @param index of this worker among the members
 * @param members by index
 * @param secret that all of them, and nobody else, know
 */
public record Crew(String run, long generation, int index, List<Member> members, Token secret) {
    /**
     * One worker and where others reach it.
     *
     * @param worker its id
     * @param incarnation of its process
     * @param address that it advertises
     * @param device the CUDA device that it was given, by a name that no other device has
     */
    public record Member(
            String worker, String incarnation, HostPort address, Optional<String> device) {
        public Member {
            requireNonNull(worker, "worker");
            requireNonNull(incarnation, "incarnation");
            requireNonNull(address, "address");
            requireNonNull(device, "device");
        }

        /** Without a device. */
        public Member(String worker, String incarnation, HostPort address) {
            this(worker, incarnation, address, Optional.empty());
        }

        /** Where connections are not encrypted, and nobody asks which process it is. */
        public Member(String worker, HostPort address) {
            this(worker, "", address, Optional.empty());
        }

        WorkerIdentity identity() {
            return new WorkerIdentity(worker, incarnation);
        }

        @Override
        public String toString() {
            return "worker " + worker + " at " + address;
        }
    }

    public Crew {
        requireNonNull(run, "run");
        Require.atLeast("generation", generation, 1);
        members = List.copyOf(members);
        Require.range("members", members.size(), 1, Limits.RANKS);
        Require.range("index", index, 0, members.size() - 1.0);
        requireNonNull(secret, "secret");
    }

    /**
     * Reads the coordinator's message.
     *
     * @throws UserException if a worker's address is none
     */
    public static Crew of(StartRun start) {
        List<Member> members =
                start.getPeersList().stream()
                        .map(
                                peer ->
                                        new Member(
                                                peer.getWorkerId(),
                                                peer.getIncarnation(),
                                                address(
                                                        peer.getWorkerId(),
                                                        peer.getFacts().getAddress()),
                                                Optional.of(peer.getFacts().getDevice())
                                                        .filter(device -> !device.isEmpty())))
                        .toList();
        byte[] key = start.getPeerKey().toByteArray();
        return new Crew(
                start.getFence().getRun(),
                start.getFence().getGeneration(),
                start.getIndex(),
                members,
                new Token("shoal_" + HexFormat.of().formatHex(key)));
    }

    private static HostPort address(String worker, String text) {
        try {
            return HostPort.parse(text);
        } catch (IllegalArgumentException e) {
            throw new UserException("worker " + worker, "advertises " + e.getMessage());
        }
    }

    Member self() {
        return members.get(index);
    }
}
