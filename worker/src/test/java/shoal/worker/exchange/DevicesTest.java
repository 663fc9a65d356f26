package shoal.worker.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class DevicesTest {
    @Test
    void a_device_of_its_own_for_each_worker_is_all_that_is_asked_for() {
        assertThat(obstacle("GPU-a", "GPU-b", "GPU-c")).isEmpty();
    }

    @Test
    void whoever_has_none_is_named() {
        assertThat(obstacle("", "")).contains("no worker was given a --device");
        assertThat(obstacle("", "GPU-b", "")).contains("no --device was given to w-0, w-2");
    }

    @Test
    void two_workers_on_one_device_are_named_with_it() {
        assertThat(obstacle("GPU-b", "GPU-a", "GPU-a"))
                .contains("w-1 and w-2 have one device, GPU-a");
    }

    @Test
    void where_workers_encrypt_nothing_goes_through_nccl() {
        assertThat(Devices.obstacle(members("GPU-a", "GPU-b"), true))
                .contains("this coordinator's workers encrypt, and NCCL does not");
        assertThat(Devices.obstacle(members("", ""), true))
                .contains("no worker was given a --device");
    }

    @Test
    void more_transfers_than_a_device_takes_at_once_are_an_obstacle() {
        assertThat(Devices.tooMany(3, 8)).isEmpty();
        assertThat(Devices.tooMany(4, 8))
                .contains(
                        "4 workers need CUDA_DEVICE_MAX_CONNECTIONS to be 12 or more, and it is"
                                + " 8");
    }

    private static Optional<String> obstacle(String... devices) {
        return Devices.obstacle(members(devices), false);
    }

    private static List<Crew.Member> members(String... devices) {
        List<Crew.Member> members = new ArrayList<>();
        for (String device : devices) {
            members.add(
                    new Crew.Member(
                            "w-" + members.size(),
                            "",
                            Crews.ANY_PORT,
                            device.isEmpty() ? Optional.empty() : Optional.of(device)));
        }
        return members;
    }
}
