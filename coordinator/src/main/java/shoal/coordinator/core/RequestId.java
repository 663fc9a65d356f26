package shoal.coordinator.core;

/** A client's call that waits for an {@link Effect.Answer}; chosen by the adapter. */
public record RequestId(long number) {}
