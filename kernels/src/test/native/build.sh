#!/bin/sh
# Builds the simulated driver. Arguments: the JNI library of JCuda's driver API, the folder to
# build in.
set -e
jni=$1
out=$2
cd "$(dirname "$0")"
mkdir -p "$out"
flags="-std=c++17 -O2 -fPIC -fvisibility=hidden -Wall -Wextra -Werror -I."

# A call that the JNI library imports and the simulation lacks becomes a stub that refuses: an
# unresolved symbol would end the JVM instead of throwing.
nm -D --undefined-only "$jni" | awk '{print $2}' | sed 's/@.*//' | grep '^cu[A-Z]' | sort -u > "$out/wanted"
grep -oE '^API cu[A-Za-z0-9_]+' driver.cpp | awk '{print $2}' | sort -u > "$out/had"
comm -23 "$out/wanted" "$out/had" |
  awk '{print "extern \"C\" __attribute__((visibility(\"default\"))) int " $1 "() { return 801; }"}' > "$out/stubs.cpp"

g++ $flags -c "$out/stubs.cpp" -o "$out/stubs.o"
g++ $flags -ffp-contract=off -fno-strict-aliasing -Wno-unknown-pragmas -Wno-unused -Wno-missing-field-initializers -Wno-stringop-overflow \
  -Wno-maybe-uninitialized -c kernels.cpp -o "$out/kernels.o"
g++ $flags -c simt.cpp -o "$out/simt.o"
g++ $flags -Wno-unused-function -c driver.cpp -o "$out/driver.o"
g++ -shared -Wl,-soname,libcuda.so.1 -Wl,-z,defs -o "$out/libcuda.so.1.new" \
  "$out/simt.o" "$out/kernels.o" "$out/driver.o" "$out/stubs.o"
mv "$out/libcuda.so.1.new" "$out/libcuda.so.1"
