#!/bin/sh
# Compiles the kernels to PTX. Arguments: the file to write.
#
# The PTX is for compute capability 7.5 and newer. nvcc 13 marks it .version 9.0, which needs a
# driver of CUDA 13; nothing in it does, so it is marked .version 8.0, for drivers from CUDA 12.0
# on. (used_bytes_mask, a hint, is younger than that and is left out.) The first line carries the
# hash of the sources, the second says which nvcc made it; a test compares them.
set -e
out=$1
cd "$(dirname "$0")"
hash=$(LC_ALL=C; export LC_ALL; cat *.cu *.cuh | sha256sum | cut -d' ' -f1)
nvcc -ptx -arch=compute_75 -std=c++17 -fmad=false -o "$out.new" fastweights.cu
{
  echo "// sources sha256 $hash"
  echo "// $(nvcc --version | grep '^Build')"
  sed -e '/^\/\//d' -e '/^$/d' -e 's/^\.version .*/.version 8.0/' \
    -e '/\.pragma "used_bytes_mask/d' "$out.new"
} > "$out"
rm "$out.new"
