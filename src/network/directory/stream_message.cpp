#include "network/directory/stream_message.hpp"

#include <algorithm>
#include <array>

#include "foundation/base/endian.hpp"
#include "foundation/net/error.hpp"
#include "foundation/net/pump.hpp"
#include "network/directory/error.hpp"

namespace qnet::directory {

net::Task<base::Result<base::Bytes>> read_framed(net::ByteStream& stream, std::size_t largest) {
  constexpr std::size_t kLength = 4;
  constexpr std::size_t kStep = 64 * 1024;
  base::Bytes message;
  std::size_t wanted = kLength;
  std::array<std::uint8_t, kLength> length{};
  for (std::size_t have = 0; have < wanted;) {
    const auto got = co_await net::read_some(stream, base::MutableBytes(length).subspan(have));
    if (!got) co_return tl::unexpected(got.error());
    if (*got == 0) co_return base::fail(net::Errc::reset);
    have += *got;
  }
  wanted = base::load_be<std::uint32_t>(length.data());
  if (wanted == 0) co_return base::fail(Errc::malformed);
  if (wanted > largest) co_return base::fail(Errc::too_large);
  while (message.size() < wanted) {
    const auto have = message.size();
    message.resize(std::min(wanted, have + kStep));
    const auto got = co_await net::read_some(stream, base::MutableBytes(message).subspan(have));
    if (!got) co_return tl::unexpected(got.error());
    if (*got == 0) co_return base::fail(net::Errc::reset);
    message.resize(have + *got);
  }
  co_return message;
}

}  // namespace qnet::directory
