// Rows for the tests of stores.
#pragma once

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "network/directory/testing/relays.hpp"

namespace qnet::directory::testing {

inline Record record(std::uint64_t seed, std::uint64_t sequence = 1) {
  const auto keys = identity(seed);
  const auto descriptor = SignedDescriptor::sign(descriptor_of(keys), keys);
  return {keys.signing.public_key,
          {descriptor.wire().begin(), descriptor.wire().end()},
          sequence,
          kNow,
          kNow + std::chrono::seconds(sequence),
          false,
          {"SE", CountrySource::declared},
          false};
}

inline std::vector<Record> sorted(base::Result<std::vector<Record>> records) {
  EXPECT_TRUE(records) << records.error().message();
  if (!records) return {};
  std::ranges::sort(*records, {}, &Record::peer);
  return std::move(*records);
}

inline std::vector<Record> sorted(std::vector<Record> records) {
  std::ranges::sort(records, {}, &Record::peer);
  return records;
}

}  // namespace qnet::directory::testing
