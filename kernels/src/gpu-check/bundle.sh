#!/bin/sh
# Makes a bundle that checks a GPU without network, Java or Maven: a trimmed Java runtime, the
# jars, JCuda's native libraries. It needs the CUDA driver, and python3 with PyTorch only for the
# comparison. Arguments: the archive to write (default kernels/target/gpu-check.tar.gz).
#
#   tar xzf gpu-check.tar.gz && gpu-check/gpu-check --json report.json
set -e
root=$(cd "$(dirname "$0")/../../.." && pwd)
archive=${1:-$root/kernels/target/gpu-check.tar.gz}
folder=$root/kernels/target/gpu-check
rm -rf "$folder"
mkdir -p "$folder/lib"

cd "$root"
mvn -q -pl kernels -DskipTests package \
  dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$folder/lib"
cp kernels/target/fastweights-kernels-*.jar "$folder/lib"
jlink --add-modules java.base,java.logging --strip-debug --no-header-files --no-man-pages \
  --compress=2 --output "$folder/java"

# Kernels that are only tried out.
if command -v nvcc > /dev/null && [ -f kernels/src/gpu-check/tuning.cu ]; then
  nvcc -ptx -arch=compute_75 -std=c++17 -fmad=false -I kernels/src/main/cuda \
    -o "$folder/tuning.ptx" kernels/src/gpu-check/tuning.cu
  sed -i -e 's/^\.version .*/.version 8.0/' -e '/\.pragma "used_bytes_mask/d' "$folder/tuning.ptx"
fi

cat > "$folder/gpu-check" <<'RUN'
#!/bin/sh
here=$(cd "$(dirname "$0")" && pwd)
# JCuda unpacks its library into the folder for temporary files; the driver keeps what it compiled.
mkdir -p "$here/tmp"
export CUDA_CACHE_PATH="$here/tmp/compiled"
exec "$here/java/bin/java" -Xmx4g -Djava.io.tmpdir="$here/tmp" -cp "$here/lib/*" \
  io.fastweights.kernels.cuda.GpuCheck "$@"
RUN
chmod +x "$folder/gpu-check"
tar czf "$archive" -C "$root/kernels/target" gpu-check
ls -l "$archive"
