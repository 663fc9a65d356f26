#!/usr/bin/env bash
# ./shoal bench jmh [OPTIONS]: builds, then times pieces of the kernel with JMH; each bench says what one op is.
# OPTIONS are JMH's: -h lists them, -l the benches, 'Mask|AdamW' picks some, -f 3 repeats each in three JVMs.
set -euo pipefail
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
(cd "$home" && mvn -q -B test-compile dependency:build-classpath -pl engine -am \
    -Dmdep.includeScope=test '-Dmdep.outputFile=${project.build.directory}/classpath.txt') >&2
classpath=$home/engine/target/test-classes:$home/engine/target/classes:$home/model/target/test-classes
classpath=$classpath:$(cat "$home/engine/target/classpath.txt")

# As a worker runs; JMH's forks get the same settings.
export OMP_NUM_THREADS=1 OPT_OUT_TRACKING=true
exec "$java" "@$home/cli/src/main/resources/shoal/cli/jvm/worker.options" "-Dshoal.root=$home" \
    -Dslf4j.internal.verbosity=ERROR -cp "$classpath" org.openjdk.jmh.Main "$@"
