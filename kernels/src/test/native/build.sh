#!/bin/sh
# Builds the simulated driver. Arguments: the JNI library of JCuda's driver API, the folder to
# build in; for a simulated cuBLAS too, the JNI library of JCublas.
set -e
jni=$1
out=$2
cublas=$3
cd "$(dirname "$0")"
mkdir -p "$out"

# Once for the processes of a build, which run side by side, and again when a source is newer.
exec 9> "$out/lock"
flock 9
made="$out/libcuda.so.1${cublas:+ $out/libcublas.so.12}"
stale=
for library in $made; do
  [ -e "$library" ] && [ -z "$(find . ../../main/cuda -newer "$library")" ] || stale=yes
done
[ "$stale" ] || exit 0
# For this processor: without its fused multiply-add each one of the kernels is a call.
flags="-std=c++17 -O2 -march=native -fPIC -fvisibility=hidden -Wall -Wextra -Werror -I."

# A call that a JNI library imports and the simulation lacks becomes a stub that refuses: an
# unresolved symbol would end the JVM instead of throwing. Arguments: the library, the source, how
# names begin, what a stub returns.
stubs() {
  nm -D --undefined-only "$1" | awk '{print $2}' | sed 's/@.*//' | grep "^$3" | sort -u > "$out/wanted"
  grep -oE '^API [A-Za-z0-9_]+' "$2" | awk '{print $2}' | sort -u > "$out/had"
  comm -23 "$out/wanted" "$out/had" |
    awk -v status="$4" '{print "extern \"C\" __attribute__((visibility(\"default\"))) int " $1 "() { return " status "; }"}'
}

stubs "$jni" driver.cpp 'cu[A-Z]' 801 > "$out/stubs.cpp"
g++ $flags -c "$out/stubs.cpp" -o "$out/stubs.o"
g++ $flags -ffp-contract=off -fno-strict-aliasing -Wno-unknown-pragmas -Wno-unused -Wno-missing-field-initializers -Wno-stringop-overflow \
  -Wno-maybe-uninitialized -c kernels.cpp -o "$out/kernels.o"
g++ $flags -c simt.cpp -o "$out/simt.o"
g++ $flags -Wno-unused-function -c driver.cpp -o "$out/driver.o"
g++ -shared -Wl,-soname,libcuda.so.1 -Wl,-z,defs -o "$out/libcuda.so.1.new" \
  "$out/simt.o" "$out/kernels.o" "$out/driver.o" "$out/stubs.o"
mv "$out/libcuda.so.1.new" "$out/libcuda.so.1"

if [ -n "$cublas" ]; then
  stubs "$cublas" cublas.cpp cublas 15 > "$out/cublasStubs.cpp"
  # The JNI library asks for symbols of this version.
  echo 'libcublas.so.12 { global: cublas*; local: *; };' > "$out/cublas.map"
  g++ $flags -ffp-contract=off -shared -Wl,-soname,libcublas.so.12 -Wl,-z,defs \
    -Wl,--version-script="$out/cublas.map" -o "$out/libcublas.so.12.new" \
    cublas.cpp "$out/cublasStubs.cpp" "$out/libcuda.so.1"
  mv "$out/libcublas.so.12.new" "$out/libcublas.so.12"
fi
