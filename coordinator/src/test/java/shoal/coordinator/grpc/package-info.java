/** Tests of the wire contract as it is served. */
@NullMarked
package shoal.coordinator.grpc;

import org.jspecify.annotations.NullMarked;
