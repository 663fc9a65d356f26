package shoal.worker.exchange;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Whether a crew's devices are such that it exchanges through NCCL; the same at each member. */
final class Devices {
    /** Transfers that may wait on a device for one peer: each direction of each track. */
    private static final int TRANSFERS_PER_PEER = 2 * Kind.Track.values().length;

    private Devices() {}

    /**
     * Why not, in words; empty if nothing is in the way: then each has a device of its own, as NCCL
     * asks for.
     *
     * @param encrypted whether what members exchange must be, as what goes through NCCL is not
     */
    static Optional<String> obstacle(List<Crew.Member> members, boolean encrypted) {
        List<String> without =
                members.stream()
                        .filter(member -> member.device().isEmpty())
                        .map(Crew.Member::worker)
                        .toList();
        if (without.size() == members.size()) {
            return Optional.of("no worker was given a --device");
        }
        if (!without.isEmpty()) {
            return Optional.of("no --device was given to " + String.join(", ", without));
        }
        if (encrypted) {
            return Optional.of("this coordinator's workers encrypt, and NCCL does not");
        }
        Map<String, List<String>> users =
                members.stream()
                        .collect(
                                Collectors.groupingBy(
                                        member -> member.device().orElseThrow(),
                                        TreeMap::new,
                                        Collectors.mapping(
                                                Crew.Member::worker, Collectors.toList())));
        return users.entrySet().stream()
                .filter(device -> device.getValue().size() > 1)
                .findFirst()
                .map(
                        device ->
                                String.join(" and ", device.getValue())
                                        + " have one device, "
                                        + device.getKey());
    }

    /** Why a device cannot serve as many peers; empty if it can. */
    static Optional<String> tooMany(int workers, int transfersAtOnce) {
        int needed = TRANSFERS_PER_PEER * (workers - 1);
        return needed <= transfersAtOnce
                ? Optional.empty()
                : Optional.of(
                        workers
                                + " workers need CUDA_DEVICE_MAX_CONNECTIONS to be "
                                + needed
                                + " or more, and it is "
                                + transfersAtOnce);
    }
}
