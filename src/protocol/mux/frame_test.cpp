#include "protocol/mux/frame.hpp"

#include <gmock/gmock.h>

#include "foundation/base/bytes.hpp"

namespace qnet::mux {
namespace {

TEST(Frame, is_twelve_bytes_in_network_order) {
  const auto bytes =
      FrameHeader{FrameType::window_update, flag::syn | flag::fin, 0x01020304, 0x0A0B0C0D}.encode();
  EXPECT_EQ(base::to_hex(bytes), "00010005010203040a0b0c0d");
}

TEST(Frame, reads_back_what_it_wrote) {
  for (const auto type : {FrameType::data, FrameType::window_update}) {
    const FrameHeader header{type, flag::ack | flag::rst, 0xFFFFFFFE, 0xFFFFFFFF};
    const auto read = FrameHeader::decode(header.encode());
    ASSERT_TRUE(read);
    EXPECT_EQ(read->type, type);
    EXPECT_EQ(read->flags, header.flags);
    EXPECT_EQ(read->stream, header.stream);
    EXPECT_EQ(read->length, header.length);
  }
}

}  // namespace
}  // namespace qnet::mux
