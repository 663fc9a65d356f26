package shoal.cli.outcome;

import static java.util.Objects.requireNonNull;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * SIGHUP, by which an operator tells a service to read its files again.
 *
 * <p>The JDK takes signals through {@code sun.misc.Signal} only, which module jdk.unsupported
 * keeps. It is called by name, since javac warns of it and offers no way to suppress that.
 */
public final class Hangups {
    private static final Logger LOG = LoggerFactory.getLogger(Hangups.class);

    private Hangups() {}

    /**
     * Runs an action at each hang-up from now on, in place of the process's end; on a thread of the
     * JVM's. Where the JVM does not give it (-Xrs), a line of the log says so.
     */
    public static void onEach(Runnable action) {
        requireNonNull(action, "action");
        try {
            MethodHandles.Lookup lookup = MethodHandles.publicLookup();
            Class<?> signal = lookup.findClass("sun.misc.Signal");
            Class<?> handler = lookup.findClass("sun.misc.SignalHandler");
            MethodHandle run =
                    lookup.findVirtual(Runnable.class, "run", MethodType.methodType(void.class))
                            .bindTo(action);
            Object taker =
                    MethodHandleProxies.asInterfaceInstance(
                            handler, MethodHandles.dropArguments(run, 0, signal));
            Object hangup =
                    lookup.findConstructor(signal, MethodType.methodType(void.class, String.class))
                            .invokeWithArguments("HUP");
            lookup.findStatic(signal, "handle", MethodType.methodType(handler, signal, handler))
                    .invokeWithArguments(hangup, taker);
        } catch (Error e) {
            throw e;
        } catch (Throwable refused) { // what a method handle declares
            LOG.warn("SIGHUP is not taken: {}", refused.toString());
        }
    }
}
