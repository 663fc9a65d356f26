package shoal.coordinator.tls;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import shoal.wire.HostName;

/**
 * What a host is dialled by, as a certificate has it.
 *
 * @param names host names, in lower case
 * @param addresses IP addresses, as numbers
 */
public record HostNames(SortedSet<String> names, SortedSet<String> addresses) {
    private static final Pattern NAME =
            Pattern.compile("(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9-]{1,63})*");

    /** All digits and dots, or with a colon: looked up nowhere. */
    private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

    /** Subject alternative names that are DNS names and IP addresses: RFC 5280, section 4.2.1.6. */
    private static final Set<Object> KINDS = Set.of(2, 7);

    public HostNames {
        names = Collections.unmodifiableSortedSet(new TreeSet<>(names));
        addresses = Collections.unmodifiableSortedSet(new TreeSet<>(addresses));
    }

    /** Those of this host's interfaces that are up, loopback included, and its own name. */
    public static HostNames ofThisHost() {
        try {
            return of(
                    Stream.concat(
                            Stream.of("localhost", HostName.ofThisMachine()),
                            NetworkInterface.networkInterfaces()
                                    .flatMap(NetworkInterface::inetAddresses)
                                    .filter(address -> !address.isLinkLocalAddress())
                                    .map(HostNames::shown)));
        } catch (SocketException e) {
            throw new IllegalStateException("the interfaces of this host cannot be listed", e);
        }
    }

    /** Those of a certificate. */
    public static HostNames of(X509Certificate certificate) {
        try {
            Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
            return of(
                    Stream.ofNullable(alternatives)
                            .flatMap(Collection::stream)
                            .filter(each -> KINDS.contains(each.get(0)))
                            .map(each -> String.valueOf(each.get(1))));
        } catch (CertificateParsingException e) {
            throw new IllegalArgumentException("the names of a certificate cannot be read", e);
        }
    }

    /** Whether the user's text is a name or an address that a certificate can have. */
    public static boolean isOne(String text) {
        return isAddress(text) || NAME.matcher(lower(text)).matches();
    }

    /** Those among texts. */
    public static HostNames of(Collection<String> texts) {
        return of(texts.stream());
    }

    /** These and more of them, as the user typed them. */
    public HostNames with(Collection<String> more) {
        return of(Stream.of(names, addresses, more).flatMap(Collection::stream));
    }

    /** Whether a certificate for these would do for others. */
    public boolean cover(HostNames others) {
        return names.containsAll(others.names) && addresses.containsAll(others.addresses);
    }

    /** One that other hosts can dial: an address of an interface, else the host's name. */
    public String outward() {
        return addresses.stream()
                .map(HostNames::parsed)
                .filter(address -> !address.isLoopbackAddress() && !address.isAnyLocalAddress())
                .min(HostNames::fourFirst)
                .map(InetAddress::getHostAddress)
                .orElseGet(() -> names.isEmpty() ? "localhost" : names.last());
    }

    /** What is neither a name nor an address cannot be dialled, and is left out. */
    private static HostNames of(Stream<String> texts) {
        SortedSet<String> names = new TreeSet<>();
        SortedSet<String> addresses = new TreeSet<>();
        texts.filter(HostNames::isOne)
                .forEach(
                        text -> {
                            if (isAddress(text)) {
                                addresses.add(shown(parsed(text)));
                            } else {
                                names.add(lower(text));
                            }
                        });
        return new HostNames(names, addresses);
    }

    private static int fourFirst(InetAddress a, InetAddress b) {
        return Integer.compare(a.getAddress().length, b.getAddress().length);
    }

    private static boolean isAddress(String text) {
        if (!ADDRESS.matcher(text).matches()) {
            return false;
        }
        try {
            InetAddress unused = InetAddress.getByName(text);
            return true;
        } catch (UnknownHostException e) {
            return false;
        }
    }

    /** Without the interface's name that a scoped address may end in. */
    private static String shown(InetAddress address) {
        return address.getHostAddress().replaceFirst("%.*", "");
    }

    private static InetAddress parsed(String address) {
        try {
            return InetAddress.getByName(address);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(address + " is no IP address", e);
        }
    }

    private static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }
}
