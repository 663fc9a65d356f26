#!/usr/bin/env bash
# fuzz.sh SECONDS [TARGET...]: fuzzes each reader of users' files for so many seconds (all of them
# where none is named), one JVM after the other, and ends with one line per target.
#
# What breaks a target is kept beside its seeds (src/test/resources/shoal/testkit/fuzz) and runs in
# every build from then on; inputs that reach new code are kept in testkit/.cifuzz-corpus.
set -euo pipefail

seconds=${1:?fuzz.sh SECONDS [TARGET...]}
[[ $seconds =~ ^[1-9][0-9]{0,4}$ ]] || { echo "fuzz: the seconds are '$seconds', expected a number from 1." >&2; exit 2; }
shift
cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
home=$PWD/..
targets=("$@")
[ $# -gt 0 ] || targets=($(cd src/test/java/shoal/testkit/fuzz && ls -- *FuzzTest.java | sed 's/\.java$//'))

(cd "$home" && mvn -q -B test-compile dependency:build-classpath -pl testkit -am \
    -Dmdep.includeScope=test '-Dmdep.outputFile=${project.build.directory}/classpath.txt') >&2
classpath=target/test-classes:target/classes:$(cat target/classpath.txt)

mkdir -p target/fuzz
broken=0
lines=()
for i in "${!targets[@]}"; do
    target=${targets[$i]}
    log=target/fuzz/$target.log
    printf 'fuzz %d of %d: %s for %d s ...\n' $((i + 1)) ${#targets[@]} "$target" "$seconds" >&2
    # An input that takes 10 s is a finding too.
    if "$java" -Xmx1g -XX:+UseSerialGC "-Dshoal.root=$home" -cp "$classpath" \
        com.code_intelligence.jazzer.Jazzer "--target_class=shoal.testkit.fuzz.$target" \
        '--instrumentation_includes=shoal.**' "-max_total_time=$seconds" -timeout=10 \
        >"$log" 2>&1 </dev/null; then
        runs=$(sed -n 's/^Done \([0-9]*\) runs.*/\1/p' "$log")
        lines+=("$(printf '%-24s ok      %s runs' "$target" "${runs:-?}")")
    else
        broken=1
        why=$(sed -n 's/^== Java Exception: //p; /^==.*ERROR: /p' "$log" | head -1)
        lines+=("$(printf '%-24s BROKEN  %s (testkit/%s)' "$target" "${why:-see its log}" "$log")")
    fi
done
printf '%s\n' "${lines[@]}"
exit $broken
