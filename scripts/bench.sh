#!/bin/sh
# Runs every benchmark, each beside what it is compared with. Stop other work first. The figures' place is
# docs/performance.md.
set -eu
cd "$(dirname "$0")/.."
scripts/install_packages.sh scripts/packages-build.txt scripts/packages-test.txt scripts/packages-bench.txt
scripts/build.sh bench
scripts/build.sh release qnet
echo "== openssl speed, the limit of a record"
openssl speed -seconds 3 -evp chacha20-poly1305 -bytes 16384 2>/dev/null | tail -n 1
for name in aead record yamux client_hello status; do
  echo "== $name"
  build/bench/bin/bench_$name --benchmark_min_time=0.5 --benchmark_repetitions=5 \
    --benchmark_report_aggregates_only=true 2>/dev/null | grep -E '_median|^Benchmark'
done
echo "== openssl speed, X25519"
openssl speed -seconds 3 ecdhx25519 2>/dev/null | tail -n 1
echo "== handshake"
build/bench/bin/bench_handshake --benchmark_min_time=2 2>/dev/null
build/bench/bin/bench_circuit 2>/dev/null
echo "== directory"
build/bench/bin/bench_directory --benchmark_min_time=0.5 2>/dev/null
echo "== openssl speed again: the machine's own drift"
openssl speed -seconds 3 -evp chacha20-poly1305 -bytes 16384 2>/dev/null | tail -n 1
echo "== one hop beside trojan"
bench/one_hop.py
echo "== three hops beside a private Tor network"
bench/three_hops.py
echo "== downloads under a flood of strangers"
bench/flood.py --pin
echo "== a directory under load"
bench/directory_load.py
echo "== first page"
bench/first_path.py
bench/directory_simulation.py
