package shoal.coordinator.core;

import java.time.Instant;

/**
 * Decides what each event comes to.
 *
 * <p>Pure: same state, time and event, same decision. May be called from any thread. An exception
 * means a bug of ours, or entries that were changed behind our back: {@link RunFaultException} says
 * which run met it, and any other that it is of what all runs share.
 */
public final class Core {
    private Core() {}

    /** Decides one event that happened at this time. */
    public static Decision apply(State state, Instant at, Event event) {
        Draft draft = new Draft(state, at);
        event.accept(new Dispatch(draft));
        new Assignment(draft).assign();
        return draft.decision();
    }

    /**
     * The last resort for a live run whose {@link Event.SetAside} throws as well: its end, and
     * nothing else.
     */
    public static Decision setAsideBarely(State state, Instant at, Event.SetAside event) {
        Draft draft = new Draft(state, at);
        new SettingAside(draft).setAsideBarely(event);
        return draft.decision();
    }

    /** One family, one handler. */
    private record Dispatch(Draft draft) implements Event.Handler {
        @Override
        public void attached(Event.Attached event) {
            new Membership(draft).attached(event);
        }

        @Override
        public void sessionEnded(Event.SessionEnded event) {
            new Membership(draft).sessionEnded(event);
        }

        @Override
        public void heartbeat(Event.Heartbeat event) {
            new Membership(draft).heartbeat(event.session());
        }

        @Override
        public void looked(Event.Looked event) {
            new Membership(draft).looked(event);
        }

        @Override
        public void tick(Event.Tick event) {
            new Membership(draft).tick();
        }

        @Override
        public void submitted(Event.Submitted event) {
            new Queue(draft).submitted(event);
        }

        @Override
        public void cancelRequested(Event.CancelRequested event) {
            RunFaultException.blame(event.name(), () -> new Queue(draft).cancelRequested(event));
        }

        @Override
        public void reported(Event.Reported event) {
            new Reports(draft).reported(event);
        }

        @Override
        public void checkpointSealed(Event.CheckpointSealed event) {
            blame(event.fence(), () -> new Saves(draft).sealed(event));
        }

        @Override
        public void checkpointFailed(Event.CheckpointFailed event) {
            blame(event.fence(), () -> new Saves(draft).failed(event));
        }

        @Override
        public void outputSealed(Event.OutputSealed event) {
            blame(event.fence(), () -> new Finish(draft).outputSealed(event));
        }

        @Override
        public void outputFailed(Event.OutputFailed event) {
            blame(event.fence(), () -> new Finish(draft).outputFailed(event));
        }

        @Override
        public void setAside(Event.SetAside event) {
            RunFaultException.blame(event.run(), () -> new SettingAside(draft).setAside(event));
        }

        private static void blame(Fence fence, Runnable work) {
            RunFaultException.blame(fence.run(), work);
        }
    }
}
