package shoal.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Which loopback is taken, and what is said where an address is none. */
final class LoopbackTest {
    @Test
    void the_loopback_that_exists_is_taken() {
        assertThat(Loopback.host(host -> true)).isEqualTo("127.0.0.1");
        assertThat(Loopback.host("::1"::equals)).isEqualTo("::1");
        assertThat(Loopback.host(host -> false)).isEqualTo("127.0.0.1");
        assertThat(new HostPort(Loopback.host("::1"::equals), 0)).hasToString("[::1]:0");
        assertThat(Loopback.anyPort().isLoopback()).isTrue();
    }

    @Test
    void why_an_address_cannot_be_listened_on_is_told_apart() {
        HostPort address = new HostPort("192.0.2.1", 7461);

        assertThat(Servers.cannotListen(address, "--listen", cause("Address already in use")))
                .contains("Another process has this port", "choose another port with --listen");
        assertThat(
                        Servers.cannotListen(
                                address, "--http", cause("Cannot assign requested address")))
                .contains("This machine has no such address; choose one of its own, with --http")
                .doesNotContain("Another process");
        assertThat(Servers.cannotListen(address, "--listen", cause("Permission denied")))
                .contains("Permission denied. Choose another address or port with --listen");
    }

    private static IOException cause(String words) {
        return new IOException("outer", new IOException("bind(..) failed: " + words));
    }
}
