// What a directory of 10,000 relays spends on each thing that it does all day. Compare a heartbeat with
// `verify`, the one signature in it that nobody can leave out.
#include <algorithm>

#include <benchmark/benchmark.h>

#include "foundation/base/testing/seeded_random.hpp"
#include "network/directory/agreement.hpp"
#include "network/directory/packing.hpp"
#include "network/directory/testing/relays.hpp"
#include "network/directory_server/api_json.hpp"

namespace {

using namespace qnet;
using namespace qnet::directory;

constexpr std::size_t kRelays = 10'000;

struct Network {
  Network() {
    for (std::size_t i = 0; i < kRelays; ++i) {
      keys.push_back(directory::testing::identity(1000 + i));
      const auto host = "198.51." + std::to_string(i / 250) + "." + std::to_string(1 + i % 250);
      auto descriptor = directory::testing::descriptor_of(keys.back(), host);
      descriptor.country = {static_cast<char>('A' + i % 10), 'A'};
      descriptors.push_back(SignedDescriptor::sign(descriptor, keys.back()));
    }
  }
  std::vector<peer::Identity> keys;
  std::vector<SignedDescriptor> descriptors;
};

const Network& network() {
  static const Network one;
  return one;
}

Roster full_roster() {
  Roster::Options options;
  options.shortest_interval = std::chrono::seconds(0);
  Roster roster(options);
  for (const auto& descriptor : network().descriptors) {
    const auto wire = descriptor.wire();
    roster.restore({descriptor.descriptor().peer.key(),
                    {wire.begin(), wire.end()},
                    1,
                    directory::testing::kNow,
                    directory::testing::kNow,
                    true,
                    {descriptor.descriptor().country, CountrySource::declared},
                    false},
                   directory::testing::kStart);
  }
  return roster;
}

void verify(benchmark::State& state) {
  const auto& keys = network().keys.front();
  const auto message =
      base::bytes_of("about as long as the body of a heartbeat is, which has some eighty bytes");
  const auto signature = keys.signing.sign(message);
  for (auto _ : state)
    benchmark::DoNotOptimize(crypto::ed25519_verify(keys.signing.public_key, message, signature));
}
BENCHMARK(verify)->Unit(benchmark::kMicrosecond);

void heartbeat(benchmark::State& state) {
  auto roster = full_roster();
  const auto& relay = network().keys.front();
  std::vector<base::Bytes> beats;
  for (std::uint64_t i = 2; i < 2000; ++i)
    beats.push_back(directory::testing::heartbeat_of(network().descriptors.front(), i).sign(relay));
  std::size_t next = 0;
  for (auto _ : state) {
    if (next == beats.size()) {
      state.PauseTiming();
      roster = full_roster();  // to which every number is new again
      next = 0;
      state.ResumeTiming();
    }
    const auto parsed = Registration::parse(beats[next++]);
    const auto taken = roster.take(*parsed, directory::testing::kNow, directory::testing::kStart);
    if (!taken) return state.SkipWithError(taken.error().message().c_str());
  }
}
BENCHMARK(heartbeat)->Unit(benchmark::kMicrosecond);

void query_by_country(benchmark::State& state) {
  const auto roster = full_roster();
  for (auto _ : state) {
    const auto relays = roster.listed("CA");
    ListingJson json(relays.size());
    for (const auto* const entry : relays) json.add(*entry);
    benchmark::DoNotOptimize(json.take());
  }
  state.SetLabel(std::to_string(roster.listed("CA").size()) + " relays");
}
BENCHMARK(query_by_country)->Unit(benchmark::kMillisecond);

void publish(benchmark::State& state) {
  const auto roster = full_roster();
  std::size_t raw = 0;
  std::size_t packed = 0;
  for (auto _ : state) {
    const auto list = encode_list(roster.listed());
    benchmark::DoNotOptimize(crypto::sha256(list));
    const auto small = pack(list);
    raw = list.size();
    packed = small.size();
  }
  state.SetLabel(std::to_string(raw / kRelays) + " bytes a relay, " + std::to_string(packed / kRelays) +
                 " packed");
}
BENCHMARK(publish)->Unit(benchmark::kMillisecond);

void open_a_list(benchmark::State& state) {
  const auto roster = full_roster();
  const auto list = encode_list(roster.listed());
  const auto packed = pack(list);
  const SnapshotHeader header{network().keys.front().peer_id(), 1, {}, {}, crypto::sha256(list), kRelays};
  for (auto _ : state) benchmark::DoNotOptimize(open_list(header, packed));
}
BENCHMARK(open_a_list)->Unit(benchmark::kMillisecond);

void agree_of_three(benchmark::State& state) {
  const auto roster = full_roster();
  const auto list = *decode_list(encode_list(roster.listed()));
  const std::vector<const std::vector<Listed>*> lists{&list, &list, &list};
  for (auto _ : state) benchmark::DoNotOptimize(agree(lists, 3, directory::testing::kNow));
}
BENCHMARK(agree_of_three)->Unit(benchmark::kMillisecond);

}  // namespace
