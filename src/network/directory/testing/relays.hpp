// Relays for tests: repeatable keys, and documents that are right until a test changes them.
#pragma once

#include <string>

#include "foundation/base/testing/seeded_random.hpp"
#include "network/directory/registration.hpp"

namespace qnet::directory::testing {

inline constexpr WallTime kNow{std::chrono::seconds(1'800'000'000)};
inline constexpr SteadyTime kStart{std::chrono::hours(1)};

[[nodiscard]] inline peer::Identity identity(std::uint64_t seed) {
  base::testing::SeededRandom random(seed);
  return peer::Identity::generate(random);
}

[[nodiscard]] inline Descriptor descriptor_of(const peer::Identity& identity,
                                              const std::string& host = "198.51.99.7") {
  Descriptor descriptor{identity.peer_id(), identity.noise.public_key, {{host, 443}}, "www.example.com"};
  descriptor.capabilities =
      static_cast<std::uint8_t>(Capability::relay) | static_cast<std::uint8_t>(Capability::exit);
  descriptor.country = "SE";
  descriptor.bandwidth = 12'500'000;
  descriptor.exit_ports = {80, 443};
  descriptor.software = "qnet 0.1.0";
  descriptor.issued = kNow;
  descriptor.expires = kNow + std::chrono::hours(24);
  return descriptor;
}

/// What a family's relays have.
[[nodiscard]] inline crypto::Ed25519KeyPair family_key(std::uint64_t seed) {
  base::testing::SeededRandom random(seed);
  return crypto::Ed25519KeyPair::generate(random);
}

/// One with the fields of the second version.
[[nodiscard]] inline Descriptor descriptor_in_a_family(const peer::Identity& identity,
                                                       const std::string& host = "198.51.99.7") {
  using std::chrono::hours;
  auto descriptor = descriptor_of(identity, host);
  descriptor.circuit_keys = {{{1, 2, 3}, kNow - hours(1), kNow + hours(47)},
                             {{4, 5, 6}, kNow + hours(23), kNow + hours(71)}};
  descriptor.family = peer::FamilyProof::make(family_key(50), identity.peer_id());
  return descriptor;
}

[[nodiscard]] inline Registration registration_of(const SignedDescriptor& descriptor, std::uint64_t sequence,
                                                  WallTime time = kNow) {
  return {descriptor.descriptor().peer, time, sequence, Purpose::alive, descriptor.digest(), descriptor};
}

[[nodiscard]] inline Registration heartbeat_of(const SignedDescriptor& descriptor, std::uint64_t sequence,
                                               WallTime time = kNow) {
  auto registration = registration_of(descriptor, sequence, time);
  registration.descriptor.reset();
  return registration;
}

[[nodiscard]] inline Registration goodbye_of(const SignedDescriptor& descriptor, std::uint64_t sequence) {
  auto registration = heartbeat_of(descriptor, sequence);
  registration.purpose = Purpose::goodbye;
  return registration;
}

}  // namespace qnet::directory::testing
