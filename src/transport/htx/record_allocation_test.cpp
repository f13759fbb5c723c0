// A session's records cost no allocation once its buffer has its size.
#include <gtest/gtest.h>

#include "foundation/base/testing/seeded_random.hpp"
#include "foundation/crypto/testing/allocations.hpp"
#include "transport/htx/testing/record_pipe.hpp"

namespace qnet::htx {
namespace {

noise::CipherState cipher() { return noise::CipherState(crypto::Secret<32>(std::array<std::uint8_t, 32>{})); }

TEST(RecordAllocations, are_none_for_records_written_and_read_also_across_a_rekey) {
  ASSERT_TRUE(crypto::testing::allocations_are_counted());
  base::testing::SeededRandom random(1);
  testing::RecordPipe writer(cipher(), random);
  RecordReader reader(cipher());
  const base::Bytes large(RecordLimits::data), small(10);
  base::Bytes wire(2 * (RecordLimits::body + RecordLimits::header));
  std::size_t records = 0;
  const auto exchange = [&](base::ByteView data) {
    writer.append(data);
    writer.flush();
    std::ranges::copy(writer.pending(), wire.begin());
    const auto opened = reader.open(base::MutableBytes(wire).first(writer.pending().size()));
    if (opened && *opened && (*opened)->data.size() == data.size()) ++records;
    writer.sent(writer.pending().size());
  };
  exchange(large);

  const auto before = crypto::testing::allocations();
  for (std::uint64_t n = 0; n < RecordLimits::rekey_interval; ++n) exchange(n % 1000 == 0 ? large : small);
  const auto after = crypto::testing::allocations();

  EXPECT_EQ(records, RecordLimits::rekey_interval + 1);
  EXPECT_EQ(after - before, 0U);
}

}  // namespace
}  // namespace qnet::htx
