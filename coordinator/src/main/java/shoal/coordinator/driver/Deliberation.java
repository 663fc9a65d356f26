package shoal.coordinator.driver;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import shoal.coordinator.core.Core;
import shoal.coordinator.core.Decision;
import shoal.coordinator.core.Effect;
import shoal.coordinator.core.Entry;
import shoal.coordinator.core.Event;
import shoal.coordinator.core.Reply;
import shoal.coordinator.core.RunFaultException;
import shoal.coordinator.core.RunName;
import shoal.coordinator.core.State;

/**
 * Decides events one after the other, from a state that nobody else sees change.
 *
 * <p>Guarantees:
 *
 * <ul>
 *   <li>A run whose handling throws is set aside, and the event is decided again without it; a
 *       decision that throws leaves nothing behind.
 *   <li>A submission whose handling throws is refused, and so is one whose entries the journal
 *       refused before.
 *   <li>What throws and is of no run leaves this class: it is of what all runs share.
 * </ul>
 */
final class Deliberation {
    private static final Logger LOG = LoggerFactory.getLogger(Deliberation.class);

    private final Instant at;
    private final List<Entry> entries = new ArrayList<>();
    private final List<Effect> effects = new ArrayList<>();
    private final List<Decision.Reason> reasons = new ArrayList<>();
    private final Map<RunName, RunFaultException> refused = new TreeMap<>();
    private State state;
    private int faults;

    /**
     * @param refused what the journal refused, none of which is decided again
     */
    Deliberation(State state, Instant at, Collection<RunFaultException> refused) {
        this.state = requireNonNull(state, "state");
        this.at = requireNonNull(at, "at");
        for (RunFaultException fault : refused) {
            if (!setAside(fault)) {
                this.refused.put(fault.run(), fault);
            }
        }
    }

    void decide(Event event) {
        while (true) {
            try {
                take(checked(Core.apply(state, at, event)));
                return;
            } catch (RunFaultException fault) {
                if (!setAside(fault)) {
                    refuse(event, fault);
                    return;
                }
            }
        }
    }

    State state() {
        return state;
    }

    List<Entry> entries() {
        return entries;
    }

    List<Effect> effects() {
        return effects;
    }

    List<Decision.Reason> reasons() {
        return reasons;
    }

    /** How often something threw. */
    int faults() {
        return faults;
    }

    private Decision checked(Decision decision) {
        for (Entry entry : decision.entries()) {
            RunFaultException fault = refused.get(entry.run());
            if (fault != null) {
                throw fault;
            }
        }
        return decision;
    }

    /** Ends a live run; false if there is none of this name. */
    private boolean setAside(RunFaultException fault) {
        faults++;
        LOG.error("a bug of Shoal's run={}", fault.run(), fault.getCause());
        if (state.runs().find(fault.run()).isEmpty()) {
            return false;
        }
        Event.SetAside event = Event.SetAside.of(fault.run(), requireNonNull(fault.getCause()));
        try {
            take(Core.apply(state, at, event));
        } catch (RunFaultException again) {
            LOG.error("and one more where that run is set aside", again);
            take(Core.setAsideBarely(state, at, event));
        }
        return true;
    }

    /** What would have made a run makes none, and whoever asked is told. */
    private void refuse(Event event, RunFaultException fault) {
        effects.add(
                new Effect.Answer(
                        event.request().orElseThrow(() -> fault),
                        new Reply.Refused(
                                Reply.Refused.Kind.BUG,
                                "a bug in Shoal; nothing was changed: "
                                        + Event.SetAside.trace(fault).get(0))));
    }

    private void take(Decision decision) {
        state = decision.state();
        entries.addAll(decision.entries());
        effects.addAll(decision.effects());
        reasons.addAll(decision.reasons());
    }
}
