// Hellos built from a template with seeded randomness, and Pearson's test. For tests.
#pragma once

#include <map>

#include <gtest/gtest.h>

#include "foundation/base/testing/seeded_random.hpp"
#include "protocol/client_hello/client_hello.hpp"
#include "protocol/client_hello/client_hello_builder.hpp"

namespace qnet::client_hello::testing {

class DrawnHellos {
 public:
  explicit DrawnHellos(std::uint64_t seed) : random_(seed) {}

  [[nodiscard]] base::Bytes build(const Template& browser, std::string_view name = "www.example.com") {
    HelloInputs inputs{name, {}, {}, &kem_.public_key, &fresh_};
    random_.fill(inputs.ephemeral);
    random_.fill(inputs.separate);
    return build_client_hello(browser, inputs, random_).record;
  }

  base::RandomSource& random() { return random_; }

 private:
  base::testing::SeededRandom random_;
  crypto::MlKemKeyPair kem_ = crypto::MlKemKeyPair::generate(random_);
  crypto::X25519Public fresh_ = crypto::X25519KeyPair::generate(random_).public_key;
};

/// The parsed views point into `record`.
[[nodiscard]] inline ClientHello parse(const base::Bytes& record) {
  auto parsed = parse_client_hello(record);
  EXPECT_EQ(parsed.status, ClientHelloStatus::parsed);
  EXPECT_EQ(parsed.consumed, record.size());
  return parsed.hello;
}

/// Pearson's chi-square against `classes` classes that are all as likely.
template <class Key>
[[nodiscard]] double chi_square(const std::map<Key, int>& counts, std::size_t classes) {
  double total = 0;
  for (const auto& [key, count] : counts) total += count;
  const double expected = total / static_cast<double>(classes);
  double sum = expected * static_cast<double>(classes - counts.size());
  for (const auto& [key, count] : counts) sum += (count - expected) * (count - expected) / expected;
  return sum;
}

}  // namespace qnet::client_hello::testing
