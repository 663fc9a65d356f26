package shoal.coordinator.message;

import com.google.protobuf.ByteString;
import java.util.HexFormat;
import shoal.coordinator.core.Crew;
import shoal.coordinator.core.Probe;
import shoal.coordinator.core.WorkerFacts;
import shoal.proto.v1.Hello;
import shoal.proto.v1.Peer;
import shoal.proto.v1.PeerFacts;
import shoal.proto.v1.ProbeHash;

/** Writes members of a crew: as their peers are told, and as they are kept. */
public final class MemberMessages {
    private MemberMessages() {}

    /** What other members are told of it. */
    public static Peer peer(Crew.Member member) {
        Peer.Builder peer =
                Peer.newBuilder()
                        .setWorkerId(member.name().text())
                        .setIncarnation(member.process().incarnation());
        member.facts().peer().map(MemberMessages::facts).ifPresent(peer::setFacts);
        return peer.build();
    }

    /** What it said when it joined; {@link WorkerMessages} reads it back. */
    public static Hello hello(Crew.Member member) {
        WorkerFacts facts = member.facts();
        Hello.Builder hello =
                Hello.newBuilder()
                        .setWorkerId(member.name().text())
                        .setIncarnation(member.process().incarnation())
                        .setHost(facts.host())
                        .setProcessId(facts.processId())
                        .setLanes(facts.lanes());
        facts.peer().map(MemberMessages::facts).ifPresent(hello::setPeer);
        for (Probe.Group group : facts.probe().groups()) {
            hello.addProbe(
                    ProbeHash.newBuilder()
                            .setOperators(group.operators())
                            .setHash(
                                    ByteString.copyFrom(
                                            HexFormat.of().parseHex(group.hash().hex()))));
        }
        return hello.build();
    }

    private static PeerFacts facts(shoal.coordinator.core.PeerFacts facts) {
        PeerFacts.Builder message =
                PeerFacts.newBuilder().setAddress(facts.address()).setHostNonce(facts.hostNonce());
        facts.device().ifPresent(message::setDevice);
        return message.build();
    }
}
